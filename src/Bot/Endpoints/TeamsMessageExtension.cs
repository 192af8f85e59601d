using ChatOps.Bot.Commands;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Endpoints;

/// <summary>What Teams calls a message extension: the action on a message, and what a link shows beside it before it is sent.</summary>
/// <remarks>Such a request may come from conversations that the bot is not in: it says nothing about where the bot is.</remarks>
internal sealed class TeamsMessageExtension(TeamsDoor door, TeamsReplies replies)
{
    /// <summary>The command's id in the app's manifest.</summary>
    public const string KeepCommand = "keep";

    private const string TooSlow = "This takes longer than it should. It may be kept all the same: use it again to see. A message is kept once.";
    private const string NoMessage = "This came without a message. Nothing was kept. Use it in the menu beside a message.";

    /// <summary>Keeps the message, or asks for which incident.</summary>
    public Task<IResult> FetchAsync(TeamsActivity activity, TeamsSpeaker who) => KeepAsync(activity, who, null);

    /// <summary>Keeps it for the incident that was chosen.</summary>
    public Task<IResult> SubmitAsync(TeamsActivity activity, TeamsSpeaker who) =>
        KeepAsync(activity, who, TeamsClick.Of(activity, "data").Answers.FirstOrDefault(one => one.Key == MessageDesk.IncidentField).Value?.Trim() ?? "");

    /// <summary>How the run behind a link stands; nothing for other links, for people who are not known, and in channels that are shared with other companies.</summary>
    public async Task<IResult> UnfurlAsync(TeamsActivity activity, TeamsSpeaker who)
    {
        if (door.Preview is not { } preview || activity.IsShared || SlackPayload.Text(activity.Root, "value", "url") is not { Length: <= 2_000 } text || !Uri.TryCreate(text, UriKind.Absolute, out var link)) return TeamsAnswers.Preview(null);
        try
        {
            return TeamsAnswers.Preview(await preview(who, link, replies.Stopping).WaitAsync(TeamsReplies.InvokePatience, replies.Stopping));
        }
        catch (Exception e) when (e is TimeoutException or StoreUnavailableException or OperationCanceledException)
        {
            // The link is shared without: pasted again, it is asked for again.
            return TeamsAnswers.Preview(null);
        }
    }

    private async Task<IResult> KeepAsync(TeamsActivity activity, TeamsSpeaker who, string? into)
    {
        if (door.Keep is not { } keep || SlackPayload.Text(activity.Root, "value", "commandId") != KeepCommand) return Results.StatusCode(StatusCodes.Status501NotImplemented);
        if (TeamsMessagePayload.Read(activity) is not { } message) return TeamsAnswers.Close(NoMessage);
        var reply = replies.GuardAsync(() => keep(who, message, into, replies.Stopping));
        if (!await TeamsReplies.InTimeAsync(reply, TeamsReplies.InvokePatience))
        {
            replies.Later(() => reply);
            return TeamsAnswers.Close(TooSlow);
        }

        var said = await reply;
        return said.Form is { } form ? TeamsAnswers.Dialog(form, said.Refusal is null ? null : TeamsAnswers.Why(said)) : TeamsAnswers.Close(TeamsAnswers.Why(said));
    }
}
