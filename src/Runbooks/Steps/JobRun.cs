using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Steps;

/// <summary>A step that runs a job where the target runs, and waits for its end: a migration, a backup, a smoke test.</summary>
/// <param name="Job">The name of its file in <c>jobs/</c>.</param>
/// <param name="Manifest">A <c>batch/v1</c> Job as JSON; texts in it may hold placeholders.</param>
/// <param name="ReadsOnly">It changes nothing, so that a run may still be cancelled after it.</param>
public sealed record JobRun(StepId Id, string Title, string Job, string Manifest, bool ReadsOnly) : Step(Id, Title)
{
    /// <param name="Name">What it is called at the target; null until the target has it.</param>
    /// <param name="Silent">Why the target does not answer, while it does not.</param>
    public sealed record State(string? Name, JobSighting? Last, string? Silent) : StepState;

    public override string Kind => "job";

    public override bool Changes => !ReadsOnly;

    public override string Says() => $"run the job {Job}: {Containers()}{(ReadsOnly ? ", which changes nothing" : "")} (template {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Manifest)))[..8]})";

    public override Step For(PlanContext plan) => this with { Title = plan.Fill(Title), Manifest = Jobs.Fill(Manifest, plan.Fill) };

    public override StepDecision Begin(StepContext context) => StepDecision.Nothing.And(new StartJob(), context.Now);

    public override StepState Begun(StepContext context) => new State(null, null, null);

    public override StepDecision Decide(StepState state, StepCommand command, StepContext context)
    {
        var s = (State)state;
        return command switch
        {
            JobAccepted c when s.Name is null => Answers(s, new JobStarted(c.Name)).And(new WatchJob(null), context.Now),
            JobSeen c => Seen(s, c.Sighting with { Log = Shown(c.Sighting.Log) }, context.Now),
            WorldSilent c when c.Why != s.Silent => StepDecision.Accept(new Delayed(c.Why)),
            WorldRefused c => Answers(s, new StepFailed(c.Fault)),
            _ => StepDecision.Nothing,
        };
    }

    public override StepState Evolve(StepState state, StepEvent what, DateTimeOffset at)
    {
        var s = (State)state;
        return what switch
        {
            JobStarted e => s with { Name = e.Name },
            JobMoved e => s with { Last = e.Sighting },
            Delayed e => s with { Silent = e.Why },
            _ => state,
        };
    }

    /// <summary>A job can't be held: it runs on, and how it ended is seen afterwards.</summary>
    public override StepDecision Resume(StepState state, StepContext context) =>
        state is State { Name: not null } s ? StepDecision.Nothing.And(new WatchJob(s.Last), context.Now) : Begin(context);

    /// <summary>What still runs is ended: nothing goes on beside what takes it back.</summary>
    public override StepDecision GiveUp(StepState state, StepContext context) =>
        state is State { Last: null or { Phase: JobPhase.Running } } ? StepDecision.Nothing.And(new StopJob(), context.Now) : StepDecision.Nothing;

    private static StepDecision Seen(State s, JobSighting seen, DateTimeOffset now)
    {
        var moved = seen == s.Last ? Answers(s) : Answers(s, new JobMoved(seen));
        return seen.Phase switch
        {
            JobPhase.Complete => moved with { Events = moved.Events.Add(new StepPassed()) },
            JobPhase.Failed => moved with { Events = moved.Events.Add(new StepFailed(seen.Trouble ?? new("job-failed", seen.Says, "Its log says why."))) },
            JobPhase.Gone => moved with { Events = moved.Events.Add(new StepFailed(new("job-gone", seen.Says, "Look whether it did its part, then retry or skip."))) },
            _ => moved.And(new WatchJob(seen), now),
        };
    }

    /// <summary>Lines that seem to hold a secret are shown to nobody.</summary>
    private static string Shown(string log) =>
        log.Length == 0 ? log : string.Join('\n', log.Split('\n').Select(line => SecretWords.In(line) ? "(a line that seems to hold a secret)" : line));

    private string Containers() => JsonNode.Parse(Manifest)?["spec"]?["template"]?["spec"]?["containers"] is JsonArray containers
        ? Words.List(containers.OfType<JsonObject>().Select(one => $"{one["image"]}{Line(one["command"])}{Line(one["args"])}"))
        : "nothing";

    private static string Line(JsonNode? words) => words is JsonArray list ? string.Concat(list.Select(word => $" {word}")) : "";

    private static StepDecision Answers(State s, params ReadOnlySpan<StepEvent> events) =>
        StepDecision.Accept(s.Silent is null ? [.. events] : [new Delayed(null), .. events]);
}
