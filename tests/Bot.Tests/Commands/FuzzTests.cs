using System.Text.Json;
using ChatOps.Bot.Commands;
using ChatOps.Bot.Endpoints;
using ChatOps.Integrations.Slack;
using ChatOps.Testing;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.Commands;

/// <summary>What chats really send and people really type, broken in many ways: read, or refused in the one way there is for it, and soon.</summary>
public sealed class FuzzTests
{
    private static readonly string[] Lines =
    [
        "deploy api v1.2.3 prod", "deploy api v1.2.3 to prod --reason \"it's time\" --at \"tomorrow 10:00\"", "rollback api prod --to v1.2.2 --plan", "run nightly-backup api prod keep=3 --no-queue", "approve 128 --plan-hash 0123abcd --note ok",
        "skip 128 --step s3 --reason \"known to be flaky\"", "lock api prod --reason \"database moves\" --until 18:00", "oncall swap ana@example.com \"2026-12-24 00:00\" \"2026-12-26 00:00\" --schedule oncall", "silence A12 1h \"being worked on\"",
        "incident declare sev1 A12 \"Checkout is down\" api auth --since 30m", "incident resolve I3 --cause \"full disk\" --follow-ups \"alert on it\"", "<@U0BOT> status api", "/chatops changelog api v1.2.2 v1.2.3", "help deploy", "stats api --since 7d",
    ];

    [Fact]
    public void Whatever_is_typed_is_understood_or_refused_in_one_line_that_calls_nobody() => Say(Fuzz.TryText("grammar", Lines, text =>
    {
        if (Example.Read(text) is not Heard.Misheard misheard) return true;
        misheard.Refusal.Why.ShouldNotBeNullOrWhiteSpace();
        misheard.Corrections.Length.ShouldBeLessThanOrEqualTo(3);
        return false;
    }));

    [Fact]
    public void Versions_are_read_or_refused() => Say(Fuzz.TryText("version", ["v1.2.3", "1.2.3-rc.1", "2026.11.1", "latest", $"sha256:{new string('a', 64)}"], text =>
        Versions.IsMoving(text) | Versions.IsSurely(text) | Versions.IsOne(text) | Versions.OtherSpelling(Example.Vocabulary.Services[0], text) is not null));

    [Fact]
    public void Whatever_comes_as_a_slash_command_is_one_or_is_malformed() => Say(Fuzz.Try("slack form", [.. Recordings.Ending("slack", ".form.txt").Select(Recordings.Bytes)], body => Read(() => SlackCommand.Read(SlackForm.Read(body), SlackOrigin.Home))));

    [Fact]
    public void Whatever_comes_from_Slack_as_JSON_is_something_or_is_malformed() => Say(Fuzz.Try("slack payload", [.. Recordings.Ending("slack", ".json").Select(Recordings.Bytes)], body =>
    {
        JsonDocument? document = null;
        if (!Read(() => document = SlackPayload.Parse(body))) return false;
        using (document)
        {
            var root = document!.RootElement;
            Action[] readers =
            [
                () => _ = SlackClick.Read(root, SlackOrigin.Home).ToList(), () => SlackMention.Read(root, SlackOrigin.Home), () => SlackReaction.Read(root, SlackOrigin.Home), () => SlackThreadReply.Read(root, SlackOrigin.Home), () => SlackLinks.Read(root, SlackOrigin.Home), () => SlackHome.OpenedBy(root, SlackOrigin.Home),
                () => SlackForms.Answers(root), () => SlackForms.BlocksOf(root), () => SlackCommand.Read(SlackForm.Read(root), SlackOrigin.Home), () => SlackSenders.OfEvent(root), () => SlackSenders.OfInteraction(root), () => SlackSenders.HasLeft(root), () => ReasonFor.Read(SlackPayload.Text(root, "view", "private_metadata")),
            ];
            return readers.Select(Read).ToList().Contains(true);
        }
    }));

    [Fact]
    public void Whatever_comes_from_Teams_is_an_activity_or_is_malformed() => Say(Fuzz.Try("teams activity", [.. Recordings.Ending("teams", ".json").Select(Recordings.Bytes)], body =>
    {
        JsonDocument? document = null;
        if (!Read(() => document = SlackPayload.Parse(body))) return false;
        using (document)
        {
            TeamsActivity? activity = null;
            if (!Read(() => activity = TeamsActivity.Read(document!.RootElement))) return false;
            Action[] readers =
            [
                () => activity!.Words(), () => _ = activity!.Place, () => activity!.Names("membersRemoved"), () => _ = activity!.Action, () => _ = activity!.ReplyTo, () => TeamsClick.Of(activity!), () => TeamsClick.Of(activity!, "action", "data"), () => TeamsClick.Of(activity!, "data"),
            ];
            return readers.Select(Read).ToList().Contains(true);
        }
    }));

    /// <summary>False where it was malformed, and said so without what was sent.</summary>
    private static bool Read(Action read)
    {
        try
        {
            read();
            return true;
        }
        catch (MalformedRequestException malformed)
        {
            malformed.Message.Length.ShouldBeLessThan(200);
            return false;
        }
    }

    private static void Say(string what) => TestContext.Current.TestOutputHelper?.WriteLine(what);
}
