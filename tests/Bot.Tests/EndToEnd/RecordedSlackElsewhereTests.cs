using System.Text.Json.Nodes;
using ChatOps.Testing;
using ChatOps.Testing.Slack;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.EndToEnd;

/// <summary>The same payloads to a bot that more workspaces may install, and that none of theirs has installed.</summary>
public sealed class RecordedSlackElsewhere : RecordedSlack
{
    protected override string Home => "T1";

    protected override IEnumerable<KeyValuePair<string, string?>> Further() =>
    [
        new("Slack:ClientId", SlackStandIn.ClientId), new("Slack:ClientSecret", SlackStandIn.ClientSecret), new("ChatOps:PublicUrl", $"http://127.0.0.1:{Stage.Port}/"),
        new("Console:Slack:ClientId", "1.2"), new("Console:Slack:ClientSecret", "a-secret"), new("Console:Slack:TeamId", "T1"),
    ];
}

/// <inheritdoc cref="RecordedSlackElsewhere"/>
public sealed class RecordedSlackElsewhereTests(RecordedSlackElsewhere slack) : IClassFixture<RecordedSlackElsewhere>
{
    private const string NotHere = "not installed in this workspace";

    public static TheoryData<string> Files => [.. RecordedSlack.Files];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Whoever_asks_something_is_told_where_the_bot_is_not_and_nothing_is_read_or_done(string file)
    {
        var before = (Hooks: slack.Hooks.Answers.Count, Calls: slack.Stage.Slack.Calls.Count);
        var sent = RecordedSlack.Kind(file) == "command" ? null : JsonNode.Parse(Recordings.Bytes($"{RecordedSlack.Folder}/{file}"));
        var acknowledged = await slack.PostInTimeAsync(file);
        switch ((string?)sent?["type"])
        {
            case null:
                RecordedSlack.Shown(acknowledged).ShouldContain(NotHere);
                break;
            case "view_submission":
                var answer = JsonNode.Parse(acknowledged)!;
                ((string?)answer["response_action"]).ShouldBe("update");
                BlockKit.FaultsOfView((JsonObject)answer["view"]!).ShouldBeEmpty();
                BlockKit.TextOf(answer["view"]!["blocks"]).ShouldContain(NotHere);
                break;
            case "block_suggestion":
                acknowledged.ShouldBe("""{"options":[]}""");
                break;
            case "url_verification":
                acknowledged.ShouldBe((string?)sent!["challenge"]);
                break;
            default:
                acknowledged.ShouldBeEmpty();
                break;
        }

        if ((string?)sent?["response_url"] is { } address)
        {
            var told = await slack.Hooks.AnswerAsync(one => one.Path == new Uri(address).AbsolutePath, before.Hooks, RecordedSlack.Patience);
            told.Says.ShouldContain(NotHere);
            told.Faults.ShouldBeEmpty();
        }

        slack.Stage.Slack.Calls.Skip(before.Calls).ShouldBeEmpty("Slack was asked for nothing with the token of another workspace.");
        await slack.NothingChangedAsync();
    }
}
