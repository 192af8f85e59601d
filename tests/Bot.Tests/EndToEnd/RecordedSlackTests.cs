using ChatOps.Testing.Slack;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>Every payload of Slack's that was recorded, through the front door of the real process: what Slack is answered, what the person sees, and that nothing else happens.</summary>
public sealed class RecordedSlackTests(RecordedSlack slack) : IClassFixture<RecordedSlack>
{
    private const string NotKnown = "There is no command", NotOurs = "This button is not one of the bot's";

    /// <summary>What each file gets; those that are for other apps, or tell the bot nothing it wants, get an empty acknowledgement.</summary>
    private static readonly Dictionary<string, Expected> Rows = new()
    {
        ["app_rate_limited.json"] = new(),
        ["block_actions-button-with-confirm.json"] = new(),                                                                    // a button of a Home tab that carries nothing
        ["block_actions-ephemeral.json"] = new() { At = "/actions/T111/111/random-value", Says = NotOurs },
        ["block_actions-in-thread.json"] = new() { At = "/actions/T111/111/xxx", Says = NotOurs },
        ["block_actions-many-types.json"] = new() { At = "/actions/T111/111/222", Says = NotOurs },
        ["block_actions-message-attachment.json"] = new() { At = "/actions/AABA1ABCD/1232321423432/D09sSasdasdAS9091209", Says = NotOurs },
        ["block_actions-message-full.json"] = new() { Directly = "D123", Says = NotOurs },                                      // on a Home tab there is no address to answer at
        ["block_actions-with-state.json"] = new() { At = "/actions/T111/111/xxx", Says = NotOurs },
        ["block_suggestion-in-view.json"] = new() { Body = """{"options":[]}""" },
        ["event_callback-app_home_opened.json"] = new(),                                                                       // the tab of messages
        ["event_callback-app_mention-slack-connect.json"] = new() { Alone = "W222", Says = NotKnown },
        ["event_callback-app_mention-with-blocks.json"] = new() { Alone = "U234", Says = NotKnown },
        ["event_callback-app_mention.json"] = new() { Alone = "W222", Says = NotKnown },                                       // the same message as the one of Slack Connect
        ["event_callback-app_uninstalled.json"] = new(),
        ["event_callback-member_joined_channel.json"] = new(),
        ["event_callback-message-bot.json"] = new(),
        ["event_callback-message-user.json"] = new(),
        ["event_callback-message_changed.json"] = new(),
        ["event_callback-message_deleted.json"] = new(),
        ["event_callback-reaction_added.json"] = new(),
        ["event_callback-thread_broadcast.json"] = new(),
        ["event_callback-tokens_revoked.json"] = new(),
        ["log-app_mention.json"] = new() { Alone = "U00FAKEUSER1", Says = NotKnown },
        ["log-message-bot-in-thread.json"] = new(),
        ["log-message-in-thread.json"] = new(),
        ["log-message-message_changed.json"] = new(),
        ["log-message.json"] = new(),                                                                                          // the mention above, as the channel's message
        ["shortcut-global-org.json"] = new(),
        ["shortcut-global.json"] = new(),
        ["shortcut-message.json"] = new(),
        ["signed-slash-command.form.txt"] = new() { Says = NotKnown },
        ["slash-command-empty-text.form.txt"] = new() { Says = NotKnown },
        ["slash-command-enterprise.form.txt"] = new() { Says = NotKnown },
        ["slash-command-org-level.form.txt"] = new() { Says = NotKnown },
        ["url_verification.json"] = new() { Body = "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P" },
        ["view_closed-enterprise.json"] = new(),
        ["view_closed.json"] = new(),
        ["view_submission-function.json"] = new(),
        ["view_submission-many-inputs.json"] = new(),
        ["view_submission-org.json"] = new(),
        ["view_submission-response_urls.json"] = new(),
    };

    public static TheoryData<string> Files => [.. RecordedSlack.Files];

    [Fact]
    public void Every_recorded_payload_has_its_row() => RecordedSlack.Files.ShouldBe(Rows.Keys.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Each_is_acknowledged_in_time_and_its_answer_goes_to_Slack_s_own_address(string file)
    {
        var expected = Rows[file];
        var before = slack.Hooks.Answers.Count;
        var acknowledged = await slack.PostInTimeAsync(file);
        if (RecordedSlack.Kind(file) == "command") (await slack.ToldAsync(file, acknowledged, before)).ShouldContain(expected.Says!);
        else acknowledged.ShouldBe(expected.Body);
        if (expected.At is { } address)
        {
            var answer = await slack.Hooks.AnswerAsync(one => one.Path == address, before, RecordedSlack.Patience);
            answer.Says.ShouldContain(expected.Says!);
            answer.Faults.ShouldBeEmpty();
            (answer.Host, answer.ContentType.Split(';')[0]).ShouldBe((HooksStandIn.Host, "application/json"));
        }

        if (expected.Alone is { } person) await slack.Stage.Slack.ReplyAsync(person, reply => reply.Via == "chat.postEphemeral" && reply.Shows(expected.Says!), RecordedSlack.Patience);
        if (expected.Directly is { } conversation) await slack.Stage.Slack.MessageAsync(conversation, message => message.Shows(expected.Says!), RecordedSlack.Patience);
        await slack.NothingChangedAsync();
    }

    [Fact]
    public async Task All_of_them_in_a_row_bring_each_answer_once_and_leave_nothing_behind()
    {
        await using var fresh = new RecordedSlack();
        await fresh.InitializeAsync();
        foreach (var file in RecordedSlack.Files) await fresh.PostAsync(file);
        var addresses = Rows.Values.Select(row => row.At).OfType<string>().Order(StringComparer.Ordinal).ToList();
        await fresh.Hooks.UntilAsync(all => Clicked(all).Count() == addresses.Count, RecordedSlack.Patience);
        foreach (var person in Rows.Values.Select(row => row.Alone).OfType<string>()) await fresh.Stage.Slack.ReplyAsync(person, reply => reply.Via == "chat.postEphemeral", RecordedSlack.Patience);
        await fresh.Stage.Slack.MessageAsync("D123", _ => true, RecordedSlack.Patience);

        // One more answer, so that any that came too many is there by now.
        await fresh.PostAsync("block_actions-ephemeral.json");
        await fresh.Hooks.UntilAsync(all => Clicked(all).Count() > addresses.Count, RecordedSlack.Patience);
        Clicked(fresh.Hooks.Answers).Order(StringComparer.Ordinal).ShouldBe(addresses.Append("/actions/T111/111/random-value").Order(StringComparer.Ordinal));
        fresh.Stage.Slack.Replies.Where(reply => reply.Via == "chat.postEphemeral").Select(reply => reply.User).Order(StringComparer.Ordinal).ShouldBe(["U00FAKEUSER1", "U234", "W222"]);
        fresh.Stage.Slack.Messages.ShouldHaveSingleItem();
        fresh.Stage.Slack.Calls.Where(method => method.StartsWith("views.", StringComparison.Ordinal) || method == "reactions.add").ShouldBeEmpty();
        await fresh.NothingChangedAsync();
        await using var audit = BotProcess.Launch(fresh.Stage.Folder, fresh.Stage.Settings, 0, "audit", "export");
        (await audit.ExitAsync()).ShouldBe(0);
        audit.Output.ShouldBeEmpty();
        fresh.Bot.Output.ShouldContain("Slack held events of the workspace T123ABC456 back");
        fresh.Bot.Output.ShouldNotContain("hooks.slack.com/");
    }

    /// <summary>Without the answers to commands, which come late where the machine is slow.</summary>
    private static IEnumerable<string> Clicked(IEnumerable<HookAnswer> answers) => answers.Select(one => one.Path).Where(path => !path.StartsWith("/commands/", StringComparison.Ordinal));

    /// <param name="Body">The acknowledgement; of a command it is a message that says <see cref="Says"/>.</param>
    private sealed record Expected(string Body = "")
    {
        /// <summary>The path of the address that the answer goes to.</summary>
        public string? At { get; init; }

        /// <summary>To whom alone it is shown in the channel.</summary>
        public string? Alone { get; init; }

        /// <summary>The conversation with one person that it is said in.</summary>
        public string? Directly { get; init; }

        public string? Says { get; init; }
    }
}
