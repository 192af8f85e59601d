using System.Text.Json.Nodes;
using ChatOps.Bot.Commands;
using ChatOps.Integrations.Slack;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Endpoints;

/// <summary>Gives answers to one person, also after Slack was told that the request arrived.</summary>
internal sealed class SlackReplies(SlackClient client, SlackLate late, ILogger<SlackReplies> logger) : LateAnswers("Slack", logger)
{
    /// <summary>Slack gives up after 3 seconds; keeping the request and the way there and back need some of them.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2.2);

    /// <summary>Sends the reply once it is there: by the address that came with the request, or else to the person in the channel.</summary>
    /// <param name="kept">The request as it was kept for a process after this one; it is forgotten once it is answered here.</param>
    public void AnswerLater(Task<Reply> reply, SlackAsker asker, LateRequest? kept = null) => Later(() => kept is null
        ? AnswerAsync(reply, asker)
        : FinishAsync(reply, () => AnswerAsync(reply, asker), () => late.ForgetAsync(kept, Stopping)));

    /// <summary>Draws the Home tab of one person. It is drawn anew each time it is opened: one that fails is not made up for.</summary>
    public void ShowHome(Func<Task<Card>> home, string user) => Later(async () =>
    {
        if (await client.PublishHomeAsync(user, SlackHome.View(await home()), Stopping) is not Outcome<Nothing>.Done) Unheard();
    });

    /// <summary>Puts a small mark to a message, so that whoever wrote it sees that it was kept.</summary>
    public void Mark(string channel, string message, string reaction) => Later(async () =>
    {
        if (await client.ReactAsync(channel, message, reaction, Stopping) is not Outcome<Nothing>.Done) Unheard();
    });

    /// <summary>Shows beside shared links how their runs stand.</summary>
    public void Unfurl(SlackLinks shared, Func<Uri, CancellationToken, Task<Card?>> preview) => Later(async () =>
    {
        var shown = new JsonObject();
        foreach (var link in shared.Links)
        {
            if (await preview(link, Stopping) is { } card) shown[link.OriginalString] = new JsonObject { ["blocks"] = SlackCards.Render(card).Blocks.DeepClone() };
        }

        if (shown.Count > 0 && await client.UnfurlAsync(shared.Channel, shared.Message, shown, Stopping) is not Outcome<Nothing>.Done) Unheard();
    });

    public async Task AnswerAsync(Task<Reply> pending, SlackAsker asker)
    {
        if (await pending is not { Card: { } card } reply) return;
        var message = SlackCards.Render(card);
        if (asker.AnswerAt is { } address)
        {
            // A reply takes the place of the reply that was clicked; the card of a run is left alone.
            var body = SlackReply.Of(message) with { ReplaceOriginal = asker.InReply && reply.Refusal is null };
            if (await client.RespondAsync(address, body, Stopping) is Outcome<Nothing>.Done) return;
        }

        if (await client.ShowAsync(asker.Channel, asker.User, message, asker.Thread, Stopping) is not Outcome<Nothing>.Done) Unheard();
    }

    /// <summary>The dialog that asks for a reason.</summary>
    public static JsonObject ReasonView(string label, string metadata) => new()
    {
        ["type"] = "modal",
        ["callback_id"] = "reason",
        ["private_metadata"] = metadata,
        ["title"] = Plain("Give a reason"),
        ["submit"] = Plain(SlackText.Fit(label, 21)),
        ["close"] = Plain("Cancel"),
        ["blocks"] = new JsonArray(new JsonObject
        {
            ["type"] = "input",
            ["block_id"] = "reason",
            ["label"] = Plain("Why?"),
            ["hint"] = Plain("It is kept with the run, for everybody to read."),
            ["element"] = new JsonObject { ["type"] = "plain_text_input", ["action_id"] = "reason", ["multiline"] = true, ["max_length"] = 500 },
        }),
    };

    private static JsonObject Plain(string text) => new() { ["type"] = "plain_text", ["text"] = text, ["emoji"] = false };
}

/// <summary>Whom to answer, and how to reach them.</summary>
internal sealed record SlackAsker(string User, string Channel, Uri? AnswerAt = null, bool InReply = false, string? Thread = null);
