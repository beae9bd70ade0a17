package scaffold

import (
	"context"
	"errors"
	"io"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// savedFiles is what is kept of the workspace.
type savedFiles struct {
	number  int
	changes int // of the workspace when it was kept
}

// take makes the execution stand where the journal says that it stood.
func (x *execution) take(ctx context.Context) error {
	for i := range x.t.Steps {
		s := &x.t.Steps[i]
		end, ok := x.keep.steps[s.key]
		if !ok {
			continue
		}
		x.steps[i].Status, x.steps[i].Message = end.Status, end.Message
		switch end.Status {
		case Completed:
			output, err := readValue(end.Output)
			if err != nil {
				return fault.Wrap(fault.Internal, err, "the recorded output of step %s", s.ID)
			}
			x.emit(s, output)
		case Failed:
			if x.failed == nil {
				x.failed = fault.New(fault.Invalid, "%s", end.Message)
			}
		}
		x.files.number = max(x.files.number, end.Files)
	}
	if x.files.number == 0 {
		return nil
	}
	in, err := x.keep.journal.Files(ctx, x.files.number)
	if err != nil {
		return err
	}
	err = errors.Join(x.w.Restore(ctx, in), in.Close())
	x.files.changes = x.w.changed()
	return err
}

// save keeps the files of the workspace when they may have changed, and returns the number they are kept under.
func (x *execution) save(ctx context.Context) (int, error) {
	changes := x.w.changed()
	if changes == x.files.changes {
		return x.files.number, nil
	}
	read, write := io.Pipe()
	packed := make(chan struct{})
	go func() {
		defer close(packed)
		write.CloseWithError(x.w.Archive(ctx, write))
	}()
	err := x.keep.journal.SaveFiles(ctx, x.files.number+1, read)
	_ = read.CloseWithError(io.ErrClosedPipe) // the packer must not wait for a reader that gave up
	<-packed
	if err != nil {
		return 0, err
	}
	x.files = savedFiles{x.files.number + 1, changes}
	return x.files.number, nil
}

// ended is the result of a run that is over already.
func (x *execution) ended(end RunEnd) (*Result, error) {
	for i := range x.t.Steps {
		s := &x.t.Steps[i]
		was, ok := x.keep.steps[s.key]
		if !ok {
			continue
		}
		x.steps[i].Status, x.steps[i].Message = was.Status, was.Message
		if was.Status == Completed {
			output, err := readValue(was.Output)
			if err != nil {
				return nil, fault.Wrap(fault.Internal, err, "the recorded output of step %s", s.ID)
			}
			x.emit(s, output)
		}
	}
	x.skipRest()
	r := &Result{Status: end.Status, Steps: x.steps, Entities: x.entities, hide: x.secrets.text}
	if end.Status == Failed {
		r.Err = fault.New(fault.Invalid, "%s", end.Message)
	}
	if end.Status != Completed {
		return r, nil
	}
	v, err := x.output()
	r.Output = outputOf(x.secrets.value(v))
	return r, err
}

// finish records how the run ended.
func (x *execution) finish(ctx context.Context, output template.Value, failed error) (*Result, error) {
	r := &Result{Status: Completed, Steps: x.steps, Effects: x.effects, Warnings: x.warnings, Entities: x.entities, Before: x.before, Notes: x.notes, hide: x.secrets.text}
	end := RunEnd{Status: Completed}
	if failed != nil {
		end = RunEnd{Failed, x.secrets.text(failed.Error())}
		r.Status = Failed
		r.Err = &fault.Error{Kind: fault.KindOf(failed), Message: end.Message}
		x.skipRest()
	}
	var err error
	if r.Files, err = x.w.Files(); err != nil {
		return nil, err
	}
	for _, w := range x.warnings {
		x.keep.say(ctx, "", 0, w)
	}
	if failed == nil {
		output = x.secrets.value(output)
		r.Output = outputOf(output)
		if err := x.keep.add(ctx, Record{Kind: RunOutput}, object(output)); err != nil {
			return nil, err
		}
	}
	return r, x.keep.add(ctx, Record{Kind: RunEnded}, end)
}

// skipRest marks the steps that a failure left undone.
func (x *execution) skipRest() {
	for i := range x.steps {
		if !x.steps[i].Status.Over() {
			x.steps[i].Status, x.steps[i].Message = Skipped, skippedFailed
		}
	}
}
