package lang

// Sentences of the terminal's prompt.
const (
	TerminalWelcome Key = "terminal.welcome" // organization, question

	TerminalWelcomePlain Key = "terminal.welcome_plain" // organization
	TerminalHelp         Key = "terminal.help"          // shown for help
	TerminalNoChoice     Key = "terminal.no_choice"     // n, of
	TerminalBroken       Key = "terminal.broken"        // the handler failed
)
