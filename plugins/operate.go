package plugins

import "context"

// Operate runs an operation. Afterwards the cards of the entity are asked for anew.
func (r *Runner) Operate(ctx context.Context, e *Entry, o Operation, order Order) (Card, error) {
	wait := o.Timeout
	if wait <= 0 {
		wait = DefaultTimeout
	}
	order.Now = r.o.Now()
	c, err := Call(ctx, r.Gates, e.About.Name, "operation "+o.Name, min(wait, MaxTimeout), func(ctx context.Context) (Card, error) {
		c, err := o.Run(ctx, order)
		if err != nil {
			return c, err
		}
		return Checked(c, order.Lang, r.o.Now(), e.Operations)
	})
	if order.Entity != nil {
		r.Forget(e.About.Name, order.Entity.Ref)
	}
	return c, err
}
