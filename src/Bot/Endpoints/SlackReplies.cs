using System.Text.Json.Nodes;
using ChatOps.Bot.Commands;
using ChatOps.Integrations.Slack;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Endpoints;

/// <summary>Gives answers to one person, also after Slack was told that the request arrived.</summary>
internal sealed class SlackReplies(SlackClient home, SlackWorkspaces workspaces, SlackLate late, ILogger<SlackReplies> logger) : LateAnswers("Slack", logger)
{
    /// <summary>Slack gives up after 3 seconds; keeping the request and the way there and back need some of them.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2.2);

    /// <summary>To somebody in a workspace that has not installed the app, or no longer.</summary>
    public const string NotHere = "ChatOps is not installed in this workspace, or that can't be told just now. Nothing was read and nothing was done. Whoever runs it can install it here again.";

    public const string WorkingOnIt = "Working on it… The answer follows here.";

    public const string NotKeptYet = "This takes longer than it should: the bot's database is slow or gone. Look whether your command is there before giving it again.";

    /// <summary>Whether it is done before Slack has to be answered.</summary>
    public static Task<bool> InTimeAsync(Task work) => InTimeAsync(work, Patience);

    /// <summary>Sends the reply once it is there: by the address that came with the request, or else to the person in the channel.</summary>
    /// <param name="kept">The request as it was kept for a process after this one; it is forgotten once it is answered here.</param>
    public void AnswerLater(Task<Reply> reply, SlackAsker asker, LateRequest? kept = null) => Later(() => kept is null
        ? AnswerAsync(reply, asker)
        : FinishAsync(reply, () => AnswerAsync(reply, asker), () => late.ForgetAsync(kept, Stopping)));

    /// <summary>Draws the Home tab of one person. It is drawn anew each time it is opened: one that fails is not made up for.</summary>
    public void ShowHome(Func<Task<Card>> draw, string user) => Later(async () =>
    {
        if (await ClientAsync(user) is not { } client || await client.PublishHomeAsync(SlackId.Read(user).Id, SlackHome.View(await draw()), Stopping) is not Outcome<Nothing>.Done) Unheard();
    });

    /// <summary>Puts a small mark to a message, so that whoever wrote it sees that it was kept.</summary>
    public void Mark(string channel, string message, string reaction) => Later(async () =>
    {
        if (await ClientAsync(channel) is not { } client || await client.ReactAsync(SlackId.Read(channel).Id, message, reaction, Stopping) is not Outcome<Nothing>.Done) Unheard();
    });

    /// <summary>Shows beside shared links how their runs stand.</summary>
    public void Unfurl(SlackLinks shared, Func<Uri, CancellationToken, Task<Card?>> preview) => Later(async () =>
    {
        var shown = new JsonObject();
        foreach (var link in shared.Links)
        {
            if (await preview(link, Stopping) is { } card) shown[link.OriginalString] = new JsonObject { ["blocks"] = SlackCards.Render(card).Blocks.DeepClone() };
        }

        if (shown.Count > 0 && (await ClientAsync(shared.Channel) is not { } client || await client.UnfurlAsync(SlackId.Read(shared.Channel).Id, shared.Message, shown, Stopping) is not Outcome<Nothing>.Done)) Unheard();
    });

    public async Task AnswerAsync(Task<Reply> pending, SlackAsker asker)
    {
        if (await pending is not { Card: { } card } reply) return;
        var message = SlackCards.Render(reply.Form is { } form ? Asking(card, form) : card);
        if (asker.AnswerAt is { } address)
        {
            // A reply takes the place of the reply that was clicked; the card of a run is left alone.
            var body = SlackReply.Of(message) with { ReplaceOriginal = asker.InReply && reply.Refusal is null };
            if (await home.RespondAsync(address, body, Stopping) is Outcome<Nothing>.Done) return;
        }

        if (await ClientAsync(asker.Channel) is not { } client || await client.ShowAsync(SlackId.Read(asker.Channel).Id, SlackId.Read(asker.User).Id, message, asker.Thread, Stopping) is not Outcome<Nothing>.Done) Unheard();
    }

    /// <summary>A dialog opens only for a click: a mention, or a dialog that could not be opened, gets a button for it.</summary>
    private static Card Asking(Card card, Form form)
    {
        var said = CardAction.Say(form.Said);
        return said.Argument is { Length: < 500 } && SlackForms.View(form, "") is not null ? card with { Buttons = card.Buttons.Add(new Button("Fill it in", ButtonStyle.Plain, said)) } : card;
    }

    /// <summary>Says no to somebody whose workspace the bot does not speak in.</summary>
    public void Decline(Uri? answerAt) => Later(async () =>
    {
        if (answerAt is not null && await home.RespondAsync(answerAt, new SlackReply(NotHere), Stopping) is not Outcome<Nothing>.Done) Unheard();
    });

    /// <summary>Who speaks in the workspace of an account or a channel.</summary>
    private Task<SlackClient?> ClientAsync(string id) => workspaces.ClientAsync(id, Stopping);

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

    /// <summary>A dialog that only says something.</summary>
    public static JsonObject NoticeView(string says, string title) => new()
    {
        ["type"] = "modal",
        ["title"] = Plain(title),
        ["close"] = Plain("Close"),
        ["blocks"] = new JsonArray(new JsonObject { ["type"] = "section", ["text"] = Plain(says) }),
    };

    private static JsonObject Plain(string text) => new() { ["type"] = "plain_text", ["text"] = text, ["emoji"] = false };
}

/// <summary>Whom to answer, and how to reach them.</summary>
internal sealed record SlackAsker(string User, string Channel, Uri? AnswerAt = null, bool InReply = false, string? Thread = null);
