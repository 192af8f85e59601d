using ChatOps.Testing.Slack;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>Recorded payloads with nothing changed but the words that make them mean something here: they do what the same thing does from a stand-in, and the person is told at Slack's own address.</summary>
public sealed class RecordedSlackPeopleTests : IAsyncLifetime
{
    private readonly RecordedSlack slack = new();

    public ValueTask InitializeAsync() => slack.InitializeAsync();

    public ValueTask DisposeAsync() => slack.DisposeAsync();

    private SlackStandIn There => slack.Stage.Slack;

    [Fact]
    public async Task A_command_opens_a_run_and_what_is_clicked_and_sent_after_its_end_is_told_so()
    {
        (await slack.TellAsync("slash-command-empty-text.form.txt", With(("command=%2Fhello&text=", "command=%2Fdeploy&text=api+v1.2.3+prod")))).ShouldContain("Run 1 ");
        var card = await There.MessageAsync(Stage.Channel, message => message.Shows("waiting for its checklist"), RecordedSlack.Patience);
        var tick = card.Buttons.First(button => button.Beside.Contains("Database", StringComparison.Ordinal)).Value!;
        var abort = card.Buttons.First(button => button.Label == "Abort").Value!;
        await slack.PostAsync("block_actions-ephemeral.json", With(("click_me_123", tick), ("1596530385.194939", "1596530385.194940")));
        await There.MessageAsync(Stage.Channel, message => message.Shows("1 item is still to be ticked"), RecordedSlack.Patience);

        // A reason without a word in it is asked for again, beside its field; with one the run ends, and the dialog closes.
        var dialog = With(("modal-callback-id", "reason"), ("U12345678", "W111"), ("\"private_metadata\": \"\"", $"\"private_metadata\": \"C111\\n{abort}\""), ("single_action", "reason"), ("\"comment\": {", "\"reason\": {"));
        (await slack.PostAsync("view_submission-many-inputs.json", text => dialog(text).Replace("Just amazing!", " ", StringComparison.Ordinal))).ShouldContain("\"errors\":{\"reason\":");
        (await slack.PostAsync("view_submission-many-inputs.json", dialog)).ShouldBeEmpty();
        await There.MessageAsync(Stage.Channel, message => message.Shows("cancelled"), RecordedSlack.Patience);

        // The same dialog, open in another window, and the same button, on a card that somebody did not look at since.
        (await slack.PostAsync("view_submission-many-inputs.json", text => dialog(text).Replace("V12345678", "V12345679", StringComparison.Ordinal))).ShouldContain("\"errors\":{\"reason\":");
        var before = slack.Hooks.Answers.Count;
        await slack.PostAsync("block_actions-ephemeral.json", With(("click_me_123", tick), ("1596530385.194939", "1596530385.194941")));
        var told = await slack.Hooks.AnswerAsync(one => one.Path == "/actions/T111/111/random-value", before, RecordedSlack.Patience);
        told.Says.ShouldContain("run-ended");
        told.Faults.ShouldBeEmpty();
        slack.Stage.Cluster.Changes.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_mention_is_answered_in_its_channel_and_a_word_in_a_card_s_thread_is_a_note()
    {
        await slack.PostAsync("event_callback-app_mention-with-blocks.json", With(("U234", "W111"), ("<@U123> test", "<@U123> deploy api v1.2.3 prod")));
        await There.ReplyAsync("W111", reply => reply.Channel == "C123" && reply.Via == "chat.postEphemeral" && reply.Shows("Run 1 "), RecordedSlack.Patience);
        var card = await There.MessageAsync(Stage.Channel, message => message.Shows("waiting for its checklist"), RecordedSlack.Patience);
        using var http = slack.Bot.NewClient();
        await There.User("W111", http).TickAsync(card, "Database backup taken");
        await There.MessageAsync(Stage.Channel, message => message.Shows("1 item is still to be ticked"), RecordedSlack.Patience);
        await slack.PostAsync("log-message-in-thread.json", With(("U00FAKEUSER1", "W222"), ("C00FAKECHAN1", card.Channel), ("1766458026.240809", card.Ts), ("\"text\": \"2\"", "\"text\": \"looks odd &amp; slow\"")));
        await There.MarkedAsync(card.Channel, "1766458031.859009", "memo", RecordedSlack.Patience);
        (await http.GetStringAsync("/runs/1")).ShouldContain("looks odd &amp; slow");
    }

    [Fact]
    public async Task The_Home_tab_is_drawn_and_a_message_outside_an_incident_s_channel_is_kept_for_none()
    {
        await slack.PostAsync("event_callback-app_home_opened.json", With(("\"tab\": \"messages\"", "\"tab\": \"home\"")));
        (await There.HomeAsync("W111", _ => true, RecordedSlack.Patience)).ShouldContain("v1.2.2");
        var before = slack.Hooks.Answers.Count;
        await slack.PostAsync("shortcut-message.json", With(("test-shortcut", "keep-message")));
        (await slack.Hooks.AnswerAsync(one => one.Path == "/app/T111/111/xxx", before, RecordedSlack.Patience)).Says.ShouldContain("No incident is open");
    }

    [Fact]
    public async Task Where_the_address_is_used_up_the_answer_goes_to_the_person_in_the_same_thread()
    {
        slack.Hooks.UsedUp = true;
        await slack.PostAsync("block_actions-in-thread.json");
        var told = await There.ReplyAsync("U111", reply => reply.Via == "chat.postEphemeral", RecordedSlack.Patience);
        told.Says.ShouldContain("This button is not one of the bot's");
        (told.Channel, told.Thread).ShouldBe(("C111", "1693616242.466609"));
    }

    /// <summary>A button of the bot's own on the Home tab has no channel and no address to answer at: what it says goes to the person.</summary>
    [Fact]
    public async Task What_is_clicked_where_there_is_no_channel_is_answered_directly()
    {
        await slack.PostAsync("block_actions-message-full.json", With(("\"U123\"", "\"W222\""), ("\"value\": \"create_task\",\n      \"style\"", "\"value\": \"say|||status api\",\n      \"style\"")));
        (await There.MessageAsync("D222", _ => true, RecordedSlack.Patience)).Says.ShouldContain("v1.2.2");
    }

    /// <summary>The recorded text with words of ours; each that is replaced has to be there.</summary>
    private static Func<string, string> With(params (string Recorded, string Ours)[] words) => text =>
    {
        foreach (var (recorded, ours) in words)
        {
            text.ShouldContain(recorded);
            text = text.Replace(recorded, ours, StringComparison.Ordinal);
        }

        return text;
    };
}
