using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Bot.Endpoints;
using ChatOps.Testing;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.Teams;

/// <summary>What is read of activities that Teams, and Microsoft's own stand-in for it, really sent.</summary>
public sealed class TeamsActivityTests
{
    [Theory]
    [InlineData("log-message-channel-mention", "test", "19:d441d38c655c47a085215b2726e76927@thread.tacv2", "1766459963017")]
    [InlineData("message-channel-thread-with-mention", "reply to thread", "19:6848757105754c8981c67612732d9aa7@thread.tacv2", "1759881511856")]
    [InlineData("log-message-channel-reply-without-mention", null, "19:d441d38c655c47a085215b2726e76927@thread.tacv2", "1766459963017")]
    [InlineData("message-personal", "Hello Teams TestBot.Sending bold-italic rich text", null, null)]
    [InlineData("playground-message-channel-with-mention", "deploy api v1.2.3 prod", "team-id", "1795210618044")]
    public void A_message_is_words_without_the_bots_name_in_a_thread_of_a_conversation(string file, string? words, string? conversation, string? thread)
    {
        var activity = Recorded(file);
        activity.Words().ShouldBe(words);
        if (conversation is not null) activity.Conversation.ShouldBe(conversation);
        activity.Thread.ShouldBe(thread);
        activity.Known.ShouldBeTrue();
        activity.Delivery.ShouldContain(activity.Id);
    }

    [Theory]
    [InlineData("<at>Bot</at> deploy api v1 prod", "deploy api v1 prod")]
    [InlineData("deploy <at>Bot</at>&nbsp;api v1 prod\n", "deploy api v1 prod")]
    [InlineData("<at>Bot</at> /deploy api v1 prod —reason “it’s &lt;late&gt; &amp; dark”", "deploy api v1 prod --reason \"it's <late> & dark\"")]
    [InlineData("<at>Bot</at> delegate 12 <at>Ben Ng</at>", "delegate 12 <@29:ben>")]
    [InlineData("<at>Bot</at>", "")]
    [InlineData("deploy api v1 prod", null)]
    public void What_people_typed_is_made_plain_and_people_are_meant_by_their_ids(string text, string? words)
    {
        var json = (JsonObject)JsonNode.Parse(Text("log-message-channel-mention"))!;
        json["text"] = text;
        json["recipient"]!["id"] = "28:bot";
        json["entities"] = new JsonArray([.. new[] { ("<at>Bot</at>", "28:bot"), ("<at>Ben Ng</at>", "29:ben") }.Where(one => text.Contains(one.Item1, StringComparison.Ordinal)).Select(one =>
            new JsonObject { ["type"] = "mention", ["text"] = one.Item1, ["mentioned"] = new JsonObject { ["id"] = one.Item2 } })]);
        Read(json.ToJsonString()).Words().ShouldBe(words);
    }

    [Fact]
    public void What_people_say_to_each_other_is_plain_and_names_those_they_mention()
    {
        var json = (JsonObject)JsonNode.Parse(Text("log-message-channel-reply-without-mention"))!;
        Read(json.ToJsonString()).Said().ShouldBe((string?)json["text"]);
        json["text"] = "<at>Ben Ng</at> it’s &lt;late&gt;&nbsp;now,\n  really";
        json["entities"] = new JsonArray(new JsonObject { ["type"] = "mention", ["text"] = "<at>Ben Ng</at>", ["mentioned"] = new JsonObject { ["id"] = "29:ben" } });
        var activity = Read(json.ToJsonString());
        (activity.Words(), activity.Said()).ShouldBe((null, "@Ben Ng it’s <late> now, really"));
    }

    [Theory]
    [InlineData("log-installationUpdate-add", "Chat SDK", "Acme Corp")]
    [InlineData("log-conversationUpdate-bot-added", "Chat SDK", "Acme Corp")]
    [InlineData("playground-installationUpdate-team", "General", "My Team")]
    public void An_installation_says_where_the_bot_is(string file, string name, string team)
    {
        var place = Recorded(file).Place.ShouldNotBeNull();
        (place.Name, place.TeamName, place.Kind).ShouldBe((name, team, "channel"));
        place.ServiceUrl.IsAbsoluteUri.ShouldBeTrue();
    }

    [Fact]
    public void A_press_brings_what_the_button_carried_and_what_is_not_ours_is_nothing()
    {
        TeamsClick.Of(Recorded("invoke-adaptiveCard-action"), "action", "data").Action.ShouldBeNull();
        TeamsClick.Of(Recorded("playground-invoke-adaptiveCard-action"), "action", "data").Action.ShouldBeNull();
        var json = (JsonObject)JsonNode.Parse(Text("invoke-adaptiveCard-action"))!;
        json["value"]!["action"]!["data"] = new JsonObject { ["chatops"] = "approve|128|s2|hash", ["reason"] = " because " };
        var click = TeamsClick.Of(Read(json.ToJsonString()), "action", "data");
        (click.Action!.ToString(), click.Reason).ShouldBe(("approve|128|s2|hash", "because"));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"type":"message"}""")]
    [InlineData("""{"type":"message","id":"1","channelId":"msteams","conversation":{"id":"a:1"}}""")]
    [InlineData("""{"type":"message","channelId":"msteams","serviceUrl":"https://x","conversation":{"id":"a:1"}}""")]
    [InlineData("""{"type":5,"id":{},"channelId":[],"serviceUrl":1,"conversation":"x","from":null}""")]
    public void What_makes_no_sense_says_what_is_missing(string json) => Should.Throw<MalformedRequestException>(() => Read(json));

    private static TeamsActivity Recorded(string file) => Read(Text(file));

    private static TeamsActivity Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return TeamsActivity.Read(document.RootElement.Clone());
    }

    private static string Text(string file) => File.ReadAllText(Path.Combine(Repository.Root, "tests", "Testing", "Recorded", "teams", $"{file}.json"));
}
