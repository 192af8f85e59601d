using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Paging;

/// <summary>The work that pages call for, and that others order of them.</summary>
public static class PageWork
{
    /// <summary>Stored names.</summary>
    public const string NewsKind = "page-news", CallKind = "page-call", SendKind = "page-send", TellKind = "page-tell", TimerKind = "page-timer";

    /// <summary>Something that a page is to hear of: ordered with the event that it follows from.</summary>
    /// <param name="version">Of what it is about, so that each is heard once.</param>
    public static WorkItem News(PageNews news, long version, DateTimeOffset now) =>
        new(NewsKind, $"{NewsKind}:{news.Subject}:{version}:{news.Kind}", $"page:{news.Subject}", now, JsonSerializer.Serialize(news, PageJson.Default.PageNews));

    public static (ImmutableArray<WorkItem> Work, ImmutableArray<string> Withdrawn) Of(Page before, Page after, ImmutableArray<PageEvent> events, DateTimeOffset now)
    {
        var work = ImmutableArray.CreateBuilder<WorkItem>();
        var timer = $"{TimerKind}:{after.Subject}";
        var due = PageDecider.Due(after);
        if (due is { } at && (due != PageDecider.Due(before) || before.Round != after.Round)) work.Add(Item(TimerKind, timer, $"page:{after.Subject}", at, new AboutPage(after.Subject, after.Round)));
        foreach (var (action, round) in events.SelectMany(what => Sent(before, after, what)))
            work.Add(Item(SendKind, $"{SendKind}:{after.KeyOf(round)}:{action}", $"pager:{after.Subject}", now, new AboutPage(after.Subject, round, Action: action)));

        // Whoever was called sees what became of it; whoever is called now gets the message by the same work.
        if (events.Any(what => what is not (PagerTook or PersonReached or PersonNotReached)))
        {
            foreach (var call in after.Calls.Where(call => call.Failed is null)) work.Add(Item(CallKind, $"{CallKind}:{after.Subject}:{after.Round}:{call.Number}", $"slack:@{call.Person.Email}", now, new AboutPage(after.Subject, after.Round, call.Number)));
            if (before.Round != after.Round) work.AddRange(before.Calls.Where(call => call.Posted is not null).Select(call => Past(after.Subject, before.Round, call.Person, call.Posted!, now)));
        }

        ImmutableArray<string> lines = [.. events.Select(what => PageWords.Of(after, what)).OfType<string>()];
        if (!lines.IsEmpty) work.Add(Item(TellKind, $"{TellKind}:{after.Subject}:{after.Version}", $"page-tell:{after.Subject}", now, new AboutPage(after.Subject, after.Round, Text: string.Join(' ', lines), Acked: events.OfType<PageAcknowledged>().FirstOrDefault())));
        return (work.ToImmutable(), due is null && PageDecider.Due(before) is not null ? [timer] : []);
    }

    /// <summary>The message of a round that is past is to say so.</summary>
    public static WorkItem Past(string subject, int round, Person person, PersonReached posted, DateTimeOffset now) =>
        Item(CallKind, $"{CallKind}:{subject}:{round}:{posted.Number}", $"slack:@{person.Email}", now, new AboutPage(subject, round, posted.Number, Gone: posted));

    private static IEnumerable<(PagerAction Action, int Round)> Sent(Page before, Page after, PageEvent what) => what switch
    {
        PageBegan e => [.. before.Began is { Pager: true } && before.Status != PageStatus.Over ? [(PagerAction.Resolve, before.Round)] : Array.Empty<(PagerAction, int)>(), .. e.Pager ? [(PagerAction.Trigger, e.Round)] : Array.Empty<(PagerAction, int)>()],
        PageAcknowledged { Through: null } when after.Began!.Pager => [(PagerAction.Acknowledge, after.Round)],
        PageEnded when after.Began!.Pager => [(PagerAction.Resolve, after.Round)],
        _ => [],
    };

    private static WorkItem Item(string kind, string key, string lane, DateTimeOffset due, AboutPage about) => new(kind, key, lane, due, JsonSerializer.Serialize(about, PageJson.Default.AboutPage));
}

public enum NewsKind
{
    Want,
    Acknowledged,
    Over,
    Cause,
}

/// <summary>What a page is to hear of.</summary>
/// <param name="Who">For want: who is to be called.</param>
/// <param name="By">For acknowledged: who looks after it.</param>
/// <param name="Worse">For want: what was said before is no longer so, and whoever is being called already is called again.</param>
/// <param name="Run">For cause: the run that can be taken back, to <paramref name="BackTo"/>.</param>
public sealed record PageNews(string Subject, NewsKind Kind, GroupName? Who = null, string? Title = null, string? Why = null, bool Critical = false, Person? By = null, RunId? Run = null, string? BackTo = null, bool Worse = false)
{
    public static PageNews Read(WorkItem item) => JsonSerializer.Deserialize(item.Payload, PageJson.Default.PageNews) ?? throw new JsonException("Work without a payload.");
}

/// <summary>The payload of work that a page orders.</summary>
/// <param name="Number">Of a call.</param>
/// <param name="Gone">The message of a round that is past.</param>
public sealed record AboutPage(string Subject, int Round, int Number = 0, PagerAction Action = PagerAction.Trigger, string? Text = null, PageAcknowledged? Acked = null, PersonReached? Gone = null)
{
    public static AboutPage Read(WorkItem item) => JsonSerializer.Deserialize(item.Payload, PageJson.Default.AboutPage) ?? throw new JsonException("Work without a payload.");
}

/// <summary>How pages are written down.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(PageEvent))]
[JsonSerializable(typeof(PageNews))]
[JsonSerializable(typeof(AboutPage))]
[JsonSerializable(typeof(PageLink))]
public sealed partial class PageJson : JsonSerializerContext
{
    private static readonly Dictionary<Type, string> Names = typeof(PageEvent).GetCustomAttributes(typeof(JsonDerivedTypeAttribute), inherit: false).Cast<JsonDerivedTypeAttribute>()
        .ToDictionary(derived => derived.DerivedType, derived => (string)derived.TypeDiscriminator!);

    public static NewEvent Write(PageEvent what) => new(Names[what.GetType()], JsonSerializer.Serialize(what, Default.PageEvent));

    /// <exception cref="JsonException">An event this version does not know: the load stops, since a state without it would be a lie.</exception>
    public static PageEvent Read(StoredEvent stored) =>
        JsonSerializer.Deserialize(stored.Body, Default.PageEvent) ?? throw new JsonException($"Event {stored.Version} of {stored.Stream} is empty.");
}
