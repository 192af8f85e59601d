using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Bot.Commands;
using ChatOps.Bot.Endpoints;
using ChatOps.Runbooks.Incidents;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.Teams;

/// <summary>What is read of a message that an action was taken on: no more than can be believed of what a client sends.</summary>
public sealed class TeamsMessagePayloadTests
{
    private const string Ana = "b130c271-d2eb-45f9-83ab-9eb3fe3788bc";

    [Fact]
    public void Its_words_are_plain_and_it_says_who_wrote_it_when_and_where()
    {
        var message = Read(_ => { }).ShouldNotBeNull();
        (message.Id, message.Thread, message.Text, message.Author, message.IsOwn).ShouldBe(("1611060744833", "1611060744000", "@Ben Hi & bye", "Ana Bell", true));
        message.WrittenAt.ShouldBe(new DateTimeOffset(2021, 1, 19, 12, 52, 24, 833, TimeSpan.Zero));
        message.Link!.AbsolutePath.ShouldContain("/l/message/");
    }

    [Theory]
    [InlineData("https://teams.microsoft.com/l/message/1/2", true)]
    [InlineData("https://teams.cloud.microsoft/l/message/1/2", true)]
    [InlineData("https://gov.teams.microsoft.us/l/message/1/2", true)]
    [InlineData("http://teams.microsoft.com/l/message/1/2", false)]
    [InlineData("https://teams.microsoft.com.evil.example/l", false)]
    [InlineData("https://evil.example/teams.microsoft.com", false)]
    [InlineData("https://me:you@teams.microsoft.com/l", false)]
    [InlineData("javascript:alert(1)", false)]
    public void It_links_to_Teams_or_nowhere(string link, bool kept) => (Read(payload => payload["linkToMessage"] = link)!.Link is not null).ShouldBe(kept);

    [Fact]
    public void What_was_deleted_has_no_words_and_what_somebody_else_or_another_bot_wrote_is_theirs()
    {
        Read(payload => payload["deleted"] = true)!.Text.ShouldBeEmpty();
        var other = Read(payload => payload["from"]!["user"]!["id"] = Guid.NewGuid().ToString())!;
        other.IsOwn.ShouldBeFalse();
        var robot = Read(payload => payload["from"] = new JsonObject { ["user"] = null, ["application"] = new JsonObject { ["displayName"] = "Grafana\nalerts" } })!;
        (robot.Author, robot.IsOwn).ShouldBe(("Grafana alerts", false));
        Read(payload => payload["from"] = null)!.Author.ShouldBe("somebody");
    }

    [Fact]
    public void Words_that_are_no_markup_are_left_as_they_are_and_long_ones_are_cut()
    {
        Read(payload => payload["body"] = new JsonObject { ["contentType"] = "text", ["content"] = " if (a<b) &amp; " })!.Text.ShouldBe("if (a<b) &amp;");
        Read(payload => payload["body"]!["content"] = new string('x', 60_000))!.Text.Length.ShouldBe(IncidentDecider.LongestText);
    }

    [Fact]
    public void Without_a_message_or_its_own_name_there_is_none()
    {
        Read(payload => payload.Remove("id")).ShouldBeNull();
        Read(payload => payload["id"] = new string('1', 300)).ShouldBeNull();
        Read(payload => payload["createdDateTime"] = "yesterday")!.WrittenAt.ShouldBeNull();
    }

    private static ChosenMessage? Read(Action<JsonObject> change)
    {
        var payload = new JsonObject
        {
            ["linkToMessage"] = "https://teams.microsoft.com/l/message/19:6dec@thread.tacv2/1611060744833", ["id"] = "1611060744833", ["replyToId"] = "1611060744000", ["createdDateTime"] = "2021-01-19T12:52:24.833Z", ["deleted"] = false,
            ["body"] = new JsonObject { ["contentType"] = "html", ["content"] = "<div><at id=\"0\">Ben</at> Hi &amp; bye</div>" },
            ["from"] = new JsonObject { ["user"] = new JsonObject { ["id"] = Ana.ToUpperInvariant(), ["displayName"] = "Ana Bell" }, ["application"] = null },
        };
        change(payload);
        var activity = new JsonObject
        {
            ["type"] = "invoke", ["id"] = "f:1", ["name"] = "composeExtension/fetchTask", ["channelId"] = "msteams", ["serviceUrl"] = "https://smba.trafficmanager.net/amer/",
            ["conversation"] = new JsonObject { ["id"] = "19:6dec@thread.tacv2;messageid=1611060744111", ["conversationType"] = "channel" }, ["from"] = new JsonObject { ["id"] = "29:ana", ["aadObjectId"] = Ana },
            ["value"] = new JsonObject { ["commandId"] = "keep", ["messagePayload"] = payload },
        };
        using var document = JsonDocument.Parse(activity.ToJsonString());
        return TeamsMessagePayload.Read(TeamsActivity.Read(document.RootElement));
    }
}
