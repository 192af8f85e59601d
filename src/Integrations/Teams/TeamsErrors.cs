using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Integrations.Teams;

/// <summary>What a call came to: a value, or why not.</summary>
internal abstract record TeamsAnswer<T>
{
    private TeamsAnswer() { }

    public sealed record Ok(T Value) : TeamsAnswer<T>;

    public sealed record Failed(TeamsFailure Failure) : TeamsAnswer<T>;
}

/// <param name="Call">What was wanted, in words for people: <c>posting</c>.</param>
/// <param name="Status">The HTTP status; 0 when there was no answer.</param>
/// <param name="Code">The connector's own word, or one of ours: <c>unreachable</c>, <c>timeout</c>, <c>pace</c>.</param>
internal sealed record TeamsFailure(string Call, int Status, string Code, TimeSpan? After = null)
{
    /// <summary>Set when our own sign-in failed before anything was sent.</summary>
    public Fault? SignIn { get; init; }

    /// <summary>Whether what was sent was surely not taken: it was refused, or never left.</summary>
    public bool IsUntaken => Code is "pace" or "sign-in" or "service-host" || Status is >= 400 and < 500;
}

/// <summary>What to do about each of the connector's errors.</summary>
/// <remarks>Source: msteams-docs, bots/build-conversational-capability.md, "Status codes from bot conversational APIs".</remarks>
internal static class TeamsErrors
{
    public static Outcome<T> Judge<T>(TeamsFailure f) => f switch
    {
        { SignIn: { } fault } => new Outcome<T>.Never(fault),
        { Code: "pace" } => new Outcome<T>.Later("Teams takes only so many messages in one conversation.", f.After) { Untouched = true },
        { Code: "sign-in" } => new Outcome<T>.Later("Microsoft's sign-in does not answer.", f.After),
        { Code: "unreachable" } => new Outcome<T>.Later("Teams can't be reached.", f.After),
        { Code: "timeout" } => new Outcome<T>.Later("Teams did not answer in time.", f.After),
        { Code: "unreadable" } => new Outcome<T>.Later("Teams answered something that can't be read.", f.After),
        { Status: 429 } => new Outcome<T>.Later("Teams asks for a pause.", f.After) { Untouched = true },
        { Status: 412 } => new Outcome<T>.Later("Somebody else wrote into this conversation at the same moment.", f.After ?? TimeSpan.FromSeconds(2)),
        { Status: >= 500 } => new Outcome<T>.Later($"Teams has trouble of its own (HTTP {f.Status}).", f.After),
        { Status: 404, Code: "ActivityNotFoundInConversation" } => Never<T>(f, ChatFaults.MessageGone, "The message was deleted in Teams.", "It is posted again."),
        _ => Never<T>(f, $"teams-{Word(f)}", $"Teams refused {f.Call} ({Word(f)}).", Next(f)),
    };

    private static Outcome<T>.Never Never<T>(TeamsFailure f, string code, string why, string? next) => new(new Fault(code, why, next ?? $"HTTP {f.Status}"));

    private static string Word(TeamsFailure f) => f.Code.Length > 0 ? f.Code : $"{f.Status}";

    private static string? Next(TeamsFailure f) => f.Code switch
    {
        "BotNotInConversationRoster" or "ForbiddenOperationException" => "Add the app to the team or chat again.",
        "BotDisabledByAdmin" => "An administrator has to allow the app in the Teams admin centre.",
        "ConversationBlockedByUser" => "The person has blocked the bot.",
        "NotEnoughPermissions" => "The app may not write here: check the channel's moderation settings.",
        "MessageWritesBlocked" => "Nobody may write here: the team is archived, or the chat is blocked.",
        "ConversationNotFound" => "The channel was deleted, or the app was removed: add the app again, or name another channel.",
        "InvalidBotApiHost" => "This tenant is in another cloud: write to the bot once, so that it learns the address.",
        "MessageSizeTooBig" => "The card is too large for Teams: this is a fault of the bot's.",
        _ when f.Status == 401 => "Microsoft does not take the bot's token: check Teams:AppId, Teams:AppPassword and Teams:TenantId, and that the bot has the Teams channel.",
        _ when f.Status == 403 => "Add the app to the team or chat again.",
        _ => null,
    };
}
