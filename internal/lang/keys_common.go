package lang

// Messages about time, shared by everything that speaks.
const (
	TimeJustNow    Key = "time.just_now"
	TimeNow        Key = "time.now"
	TimeMinutesAgo Key = "time.minutes_ago"
	TimeHoursAgo   Key = "time.hours_ago"
	TimeDaysAgo    Key = "time.days_ago"
	TimeInMinutes  Key = "time.in_minutes"
	TimeInHours    Key = "time.in_hours"
	TimeInDays     Key = "time.in_days"
)
