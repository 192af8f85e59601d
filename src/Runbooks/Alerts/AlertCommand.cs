using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Alerts;

/// <summary>What somebody, or the world, wants of a group of alerts.</summary>
public abstract record AlertCommand
{
    private AlertCommand() { }

    /// <param name="Busy">A change of its card is on its way already.</param>
    public sealed record Take(ImmutableArray<Alert> Alerts, int Left, bool Busy) : AlertCommand;

    public sealed record Acknowledge(Caller Who) : AlertCommand;

    /// <summary>Somebody said in another system that they look after it, and only their name is known.</summary>
    public sealed record AcknowledgedThere(string Name, string System) : AlertCommand;

    /// <summary>What became of a page about it.</summary>
    public sealed record PageWas(string Says) : AlertCommand;

    public sealed record Silence(Caller Who, TimeSpan For, string? Reason) : AlertCommand;

    public sealed record SilenceWas(int Number, string System, SilenceKept? Kept, string? Why) : AlertCommand;

    /// <summary>Whatever is due by now.</summary>
    public sealed record TimePassed : AlertCommand;

    public sealed record Looked(ImmutableArray<Suspect> Suspects) : AlertCommand;

    public sealed record Digested(string Place) : AlertCommand;

    public sealed record Join(IncidentId Incident, string? Place) : AlertCommand;

    public sealed record CardWasPosted(string Place, string Channel, string Message, Uri? Permalink) : AlertCommand;

    public sealed record CardWasNotShown(string Place, Unsent Reason, string Why) : AlertCommand;
}

/// <summary>What a decision about alerts needs to know.</summary>
/// <param name="RouteOf">The route and the places for a severity, as the configuration stands.</param>
/// <param name="MaySilence">Why somebody may not silence this group; null when they may.</param>
/// <param name="Silencers">Systems that can be told to be quiet.</param>
public sealed record AlertContext(DateTimeOffset Now, TimeSpan Reopen, Func<Severity, (AlertRoute? Route, ImmutableArray<string> Places)> RouteOf, Func<Caller, Refusal?> MaySilence, ImmutableHashSet<string> Silencers);

/// <summary>What is decided: facts, or why not.</summary>
public sealed record AlertDecision(ImmutableArray<AlertEvent> Events, Refusal? Refused)
{
    public static readonly AlertDecision Nothing = new([], null);

    public static AlertDecision Refuse(string code, string why, string? next) => new([], new Refusal(code, why, next));
}
