package template

// expr is an expression. Depth counts the levels of evaluation, against the budget for nesting.
type expr interface {
	eval(r *run, e *env, depth int) (Value, error)
	pos() int
}

// stmt is a statement or an output.
type stmt interface {
	exec(r *run, e *env, w *writer, depth int) error
}

// at is the offset of a node in the source.
type at int

func (a at) pos() int { return int(a) }

type (
	literal struct {
		at
		v Value
	}
	regexNode struct {
		at
		x *regex // copied by each evaluation, which has its own lastIndex
	}
	symbol struct {
		at
		name string
		slot slot
	}
	listNode struct {
		at
		items []expr
	}
	groupNode struct {
		at
		items []expr
	}
	dictNode struct {
		at
		keys []string
		vals []expr
	}
	lookup struct {
		at
		target expr
		key    expr
		slice  *sliceNode // or a slice instead of a key
	}
	sliceNode struct{ start, stop, step expr } // nil for what is left out
	inlineIf  struct {
		at
		cond, then, other expr // other may be nil
	}
	orNode  struct{ binary }
	andNode struct{ binary }
	notNode struct {
		at
		of expr
	}
	signNode struct {
		at
		of expr
		op byte // '-', '+', or '/' for rounding down
	}
	arith struct {
		binary
		op byte // + - * / % ~, or ^ for **
	}
	binary struct {
		at
		left, right expr
	}
	compareNode struct {
		at
		first expr
		rest  []comparison
	}
	comparison struct {
		op   string
		with expr
	}
	inNode   struct{ binary }
	testNode struct {
		at
		of   expr
		name string
		args *arguments // nil without brackets
		rest int        // offset of the name
	}
	filterNode struct {
		at
		name string
		args arguments // the first is the input
	}
	callNode struct {
		at
		target expr
		args   arguments
	}
	captureNode struct {
		at
		body *block
	}
)

// arguments of a call, filter or test.
type arguments struct {
	list  []expr
	named []namedArg
}

type namedArg struct {
	name string
	val  expr
}

type (
	textNode struct {
		at
		text  string
		units int
	}
	outputNode struct {
		at
		of expr
	}
	block struct {
		at
		nodes []stmt
	}
	ifNode struct {
		at
		cond  expr
		then  *block
		other stmt // a block, another if, or nil
	}
	forNode struct {
		at
		targets []*symbol
		over    expr
		body    *block
		other   *block // or nil
		length  slot   // keeps the length of the last round
	}
	setNode struct {
		at
		targets []*symbol
		val     expr
		body    *block // or a block instead of a value
	}
	macroNode struct {
		at
		name   string
		slot   slot
		params []param
		body   *block
		size   int // slots of its frame
		caller bool
	}
	param struct {
		sym *symbol
		def expr // nil without a default
		has bool
	}
	callBlock struct {
		at
		call   *callNode
		caller *macroNode
	}
	blockNode struct {
		at
		name string
		body *block
		size int
	}
	switchNode struct {
		at
		of    expr
		cases []caseNode
		other *block // or nil
	}
	caseNode struct {
		cond expr
		body *block
	}
)
