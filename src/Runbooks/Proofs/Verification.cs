using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Proofs;

/// <summary>What must hold of every way a runbook can go.</summary>
public enum Promise
{
    /// <summary>From wherever it is, it can come to an end.</summary>
    Ends,

    /// <summary>Nothing changes a protected environment before an approval.</summary>
    ApprovedFirst,

    /// <summary>After a failure past the first change it ends healthy, undone, or where a person said so.</summary>
    NeverHalfDone,

    /// <summary>It waits for people only where there is a way out.</summary>
    WayOut,

    /// <summary>Where <c>on-abort</c> says so, an abort undoes all that ran, the last first, and nothing that did not.</summary>
    AbortUndoes,

    /// <summary>What is reported twice, since the process died in between, changes nothing.</summary>
    TwiceIsOnce,
}

/// <summary>A promise that is not kept, and the shortest way to see it.</summary>
/// <param name="Story">What happens, in order, one sentence each.</param>
public sealed record Broken(Promise Promise, string Why, ImmutableArray<string> Story);

/// <summary>What came of exploring every way.</summary>
/// <param name="Complete">False when there were more states than were to be looked at: what is not broken is not proved then.</param>
public sealed record Proof(Model Model, int States, bool Complete, ImmutableArray<Broken> Broken)
{
    public bool Holds => Complete && Broken.IsEmpty;
}

/// <summary>Explores every way a run can go, with the rules that walk real ones, and proves what must hold, or tells how it does not.</summary>
/// <remarks>Breadth first, so that the first counter-example is a shortest one. Time is left out of what tells states apart: only what can be decided differently counts.</remarks>
public static class Verification
{
    public static Proof Of(Model model, int atMost = 200_000)
    {
        var search = new Search(model);
        var (run, decision) = model.Open();
        search.Add(run, Model.Start, null, $"{run.Opened.By.ShortName} asks for it.", [decision]);
        for (var at = 0; at < search.Nodes.Count && search.Nodes.Count <= atMost && !search.IsSettled; at++) search.Expand(at);
        var complete = search.Nodes.Count <= atMost;
        if (complete) search.LookForTraps();
        return new Proof(model, search.Nodes.Count, complete || search.IsSettled, search.Found);
    }

    private sealed class Search(Model model)
    {
        private readonly Dictionary<string, int> known = new(StringComparer.Ordinal);
        private readonly List<List<int>> into = [];
        private readonly Dictionary<Promise, Broken> found = [];

        public List<Node> Nodes { get; } = [];

        public bool IsSettled => found.Count == Enum.GetValues<Promise>().Length;

        public ImmutableArray<Broken> Found => [.. found.Values.OrderBy(one => one.Promise)];

        public void Add(RunState run, DateTimeOffset now, int? from, string says, ImmutableArray<RunDecision> decisions)
        {
            var key = Key(run);
            if (!known.TryGetValue(key, out var at))
            {
                known[key] = at = Nodes.Count;
                Nodes.Add(new Node(run, now, from, says));
                into.Add([]);
                LookAt(at);
            }

            if (from is { } one) into[at].Add(one);
            foreach (var what in decisions.SelectMany(decision => decision.Events).OfType<StepBegan>()) LookAtBeginning(run, what, from, says);
        }

        public void Expand(int at)
        {
            var node = Nodes[at];
            if (node.Run.IsOver) return;
            foreach (var move in node.Run.Active.SelectMany(step => Moves.Of(model, node.Run, step)).Concat(Moves.OfPeople(model, node.Run)))
            {
                var (next, now, decisions, last, before) = Moves.Make(model, node.Run, move, node.Now);
                if (last is null) continue;
                if (last is RunCommand.Report && Decider.Decide(next, last, model.At(now)).Decision is { Refused: null } again && again.Events.Any(what => what is not StepHappened { What: Delayed }))
                    Break(Promise.TwiceIsOnce, $"The last answer, given twice, counts twice: {Names(again.Events)}.", at, move.Says);
                if (last is RunCommand.Abort) LookAtAbort(before, decisions[^1], at, move.Says);
                Add(next, now, at, move.Says, decisions);
            }
        }

        /// <summary>States from which no end can be reached.</summary>
        public void LookForTraps()
        {
            var ends = new bool[Nodes.Count];
            var open = new Queue<int>(Enumerable.Range(0, Nodes.Count).Where(at => Nodes[at].Run.IsOver));
            foreach (var at in open) ends[at] = true;
            while (open.TryDequeue(out var at))
            {
                foreach (var from in into[at].Where(from => !ends[from]))
                {
                    ends[from] = true;
                    open.Enqueue(from);
                }
            }

            if (Array.IndexOf(ends, false) is var trap and >= 0) Break(Promise.Ends, $"From here it never ends: it is {RunWords.Of(Nodes[trap].Run.Status)}.", trap, null);
        }

        private void LookAt(int at)
        {
            var run = Nodes[at].Run;
            if (run.IsOver)
            {
                LookAtEnd(at, run);
                return;
            }

            // Whoever it waits for may be away: somebody else must be able to end it, or time must.
            foreach (var step in run.Active.Where(step => step.Step.Waits != Waits.ForNobody || step.Step is Wait { Signal: not null }))
            {
                var limited = step.Deadline is not null || step.State is Approval.State;
                var wayOut = limited || RunRules.Untimely(run, new RunCommand.Abort(model.Requester, null)) is null || RunRules.Untimely(run, new RunCommand.Skip(model.Requester, step.Step.Id, "-")) is null;
                if (!wayOut && step.Step is not Manual) Break(Promise.WayOut, $"It waits at \"{step.Step.Title}\" without a limit, and can be neither aborted nor skipped.", at, null);
            }
        }

        private void LookAtEnd(int at, RunState run)
        {
            if (run.Status == RunStatus.Cancelled && run.MayHaveChanged) Break(Promise.NeverHalfDone, "It was cancelled although something was changed.", at, null);
            if (run.Status != RunStatus.Succeeded || !run.MayHaveChanged) return;

            // What failed of a train is undone, or asked about, by a run of its own.
            var left = run.Steps.FirstOrDefault(step => step is { Status: StepStatus.Skipped, Fault: not null, Note: { } note, Way: Way.Forward } && note.StartsWith("failed", StringComparison.Ordinal) && (step.Step is { Changes: true } and not Train || step.Step is HealthCheck));
            if (left is not null) Break(Promise.NeverHalfDone, left.Step is HealthCheck ? $"\"{left.Step.Title}\" found it unhealthy, and the run succeeded all the same." : $"\"{left.Step.Title}\" failed half way, and the run succeeded all the same.", at, null);
        }

        private void LookAtAbort(RunState before, RunDecision decision, int at, string says)
        {
            if (before is not { Opened.OnAbort.Rollback: RollbackMode.Automatic, MayHaveChanged: true, Rollback: null } || before.Status == RunStatus.Deciding) return;
            if (decision.Events.OfType<RollbackBegan>().FirstOrDefault() is not { } back)
            {
                Break(Promise.AbortUndoes, "Aborted here it was to go back by itself, and nothing says how what ran is undone.", at, says);
                return;
            }

            var due = before.Steps.Reverse().Where(step => step.BeganAt is not null && step.Way == Way.Forward && step.Status is not (StepStatus.Pending or StepStatus.NotReached))
                .SelectMany(step => step.Step.Rules?.Undo ?? []).Select(undo => $"undo-{undo.Id}").ToList();
            var done = back.Steps.Select(step => step.Id.Name).Where(id => before.Opened.Steps.SelectMany(step => step.Rules?.Undo ?? []).Any(undo => id == $"undo-{undo.Id}")).ToList();
            if (!due.SequenceEqual(done)) Break(Promise.AbortUndoes, $"Aborted here it undoes {Words.List(done)}, and what ran is undone by {Words.List(due)}.", at, says);
        }

        private void LookAtBeginning(RunState run, StepBegan what, int? from, string says)
        {
            if (run.Find(what.Step) is { Way: Way.Forward, Step: Train train } && TrainModels.Unapproved(run, train) is { } car)
            {
                Break(Promise.ApprovedFirst, $"\"{train.Title}\" changes {car.Plan.Site}, which is protected, before anybody approved.", from, says);
                return;
            }

            if (!model.Environment.Protected || run.Find(what.Step) is not { Way: Way.Forward, Step.Changes: true } step || model.Runbook.StartsWith != "deploy") return;
            if (run.Steps.TakeWhile(one => one != step).Any(one => one is { Step: Approval, Status: StepStatus.Passed })) return;
            Break(Promise.ApprovedFirst, $"\"{step.Step.Title}\" changes {run.Site}, which is protected, before anybody approved.", from, says);
        }

        private void Break(Promise promise, string why, int? at, string? then)
        {
            if (found.ContainsKey(promise)) return;
            var story = new List<string>();
            for (var node = at; node is { } one; node = Nodes[one].From) story.Add(Nodes[one].Says);
            story.Reverse();
            if (then is not null) story.Add(then);
            found[promise] = new Broken(promise, why, [.. story]);
        }

        private static string Names(IEnumerable<RunEvent> events) => string.Join(", ", events.Select(what => what is StepHappened step ? step.What.GetType().Name : what.GetType().Name));

        /// <summary>Whatever can be decided differently is in it, and nothing that can't: no clocks, no versions, no numbers of tries beyond the second.</summary>
        private static string Key(RunState run)
        {
            var key = new StringBuilder(run.Steps.Length * 6 + 16);
            key.Append((char)('a' + (int)run.Status)).Append(run.Before is { } before ? (char)('a' + (int)before) : '-').Append(run.Rollback is null ? '-' : 'r').Append(run.Remedied is null ? '-' : 'm').Append(run.Origin is null ? '-' : run.Origin.Unchanged ? 'u' : 'o');
            foreach (var step in run.Steps)
            {
                // What is behind it counts only by what it may have changed, and by whether it was looked at: not by how often it was tried.
                if (step.Status is StepStatus.Passed or StepStatus.Skipped)
                {
                    var counts = step.MayHaveChanged || step.Step is HealthCheck or Approval;
                    key.Append(counts && step.Status == StepStatus.Skipped ? step.Fault is null ? " s" : " l" : " d").Append(step.MayHaveChanged ? 'c' : '-');
                    continue;
                }

                key.Append(' ').Append((char)('a' + (int)step.Status)).Append((char)('0' + (int)step.Way)).Append(Math.Min(step.Attempt, 2)).Append(step.Fault is null ? '-' : 'f').Append(Math.Min(step.AutomaticTries, 20).ToString(CultureInfo.InvariantCulture));
                if (step.State is Approval.State approval) key.Append(approval.Yes.Length).Append(':').Append(approval.Asked.Length);
                if (step.State is Train.State train) key.Append(train.Departed ? 't' : '-').Append(train.Rolling ? 't' : '-').AppendJoin(',', train.Cars.Select(car => $"{(car.Run is null ? '-' : 'r')}{(int?)car.Seen?.Phase}{(car.Told ? 't' : '-')}{(car.LeftOut ? 'l' : '-')}"));
                if (step.State is TrainBack.State trainBack) key.AppendJoin(',', trainBack.Cars.Select(car => $"{(int?)car.Seen?.Phase}{(car.Told ? 't' : '-')}"));
                if (step.State is Rollout.State rollout) key.Append(rollout.Begun is null ? '-' : 'b');
                if ((step.State ?? step.Kept) is Operate.State operated) key.Append(operated.Noted ? 'n' : '-');
            }

            return key.ToString();
        }

        public sealed record Node(RunState Run, DateTimeOffset Now, int? From, string Says);
    }
}
