using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Paging;

public enum PageStatus
{
    /// <summary>Nobody was paged yet.</summary>
    None,

    /// <summary>Somebody is being called.</summary>
    Open,
    Acknowledged,
    Over,
}

/// <summary>One person, called once.</summary>
/// <param name="Until">When the next is called, if nobody answered.</param>
/// <param name="Posted">The message they got; null while it is on its way, or could not be sent.</param>
public sealed record Call(int Number, Person Person, DateTimeOffset At, DateTimeOffset Until, PersonReached? Posted, string? Failed);

/// <summary>How a page stands: a fold over its events. One stream per thing that is paged about; each new time is another round of it.</summary>
/// <param name="Subject">What it is about: <c>A12</c>, <c>run-128</c>.</param>
/// <param name="Version">How many events it has.</param>
/// <param name="Round">1 for the first time.</param>
public sealed record Page(string Subject, long Version, int Round, PageStatus Status)
{
    public PageBegan? Began { get; init; }
    public DateTimeOffset BeganAt { get; init; }

    /// <summary>Whether PagerDuty took it.</summary>
    public bool Taken { get; init; }

    /// <summary>Why PagerDuty did not take it in time; null while it has time, or took it.</summary>
    public string? Silent { get; init; }

    public ImmutableArray<Call> Calls { get; init; } = [];

    public bool Unanswered { get; init; }

    public PageAcknowledged? Acked { get; init; }

    public CauseFound? Cause { get; init; }

    /// <summary>Why it is over.</summary>
    public string? Ending { get; init; }

    public StreamId Stream => StreamOf(Subject);

    /// <summary>Whether PagerDuty has time to take it still.</summary>
    public bool WaitsForPager => Status == PageStatus.Open && Began!.Pager && !Taken && Silent is null;

    /// <summary>The name under which PagerDuty knows this round.</summary>
    public string Key => KeyOf(Round);

    public static Page Of(string subject) => new(subject, 0, 0, PageStatus.None);

    public static StreamId StreamOf(string subject) => new($"page-{subject}");

    public string KeyOf(int round) => $"{PageKeys.Prefix}{Subject}/{round}";

    public Page Evolve(PageEvent what, DateTimeOffset at) => (what switch
    {
        PageBegan e => new Page(Subject, Version, e.Round, PageStatus.Open) { Began = e, BeganAt = at, Cause = Cause },
        PagerTook => this with { Taken = true },
        PagerSilent e => this with { Silent = e.Why },
        PersonCalled e => this with { Calls = Calls.Add(new Call(e.Number, e.Person, at, e.Until, null, null)) },
        PersonReached e => With(e.Number, call => call with { Posted = e }),
        PersonNotReached e => With(e.Number, call => call with { Failed = e.Why }),
        PageUnanswered => this with { Unanswered = true },
        PageAcknowledged e => this with { Status = PageStatus.Acknowledged, Acked = e },
        CauseFound e => this with { Cause = e },
        PageEnded e => this with { Status = PageStatus.Over, Ending = e.Why },
        _ => throw new InvalidOperationException($"A page does not know {what.GetType().Name}."),
    }) with { Version = Version + 1 };

    private Page With(int number, Func<Call, Call> change) => this with { Calls = [.. Calls.Select(call => call.Number == number ? change(call) : call)] };
}

/// <summary>The names under which pages are known outside: <c>chatops/A12/1</c>.</summary>
public static class PageKeys
{
    public const string Prefix = "chatops/";

    /// <summary>What a key is about and which round; null for a key of somebody else.</summary>
    public static (string Subject, int Round)? Read(string? key) =>
        key is { Length: <= 100 } && key.StartsWith(Prefix, StringComparison.Ordinal) && key[Prefix.Length..].Split('/') is [{ Length: > 0 } subject, var number] && int.TryParse(number, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var round) ? (subject, round) : null;
}
