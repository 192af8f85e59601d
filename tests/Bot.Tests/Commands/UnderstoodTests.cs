using ChatOps.Bot.Commands;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.Commands;

public sealed class UnderstoodTests
{
    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    /// <summary>Each text, and the same as the bot would write it.</summary>
    [Theory]
    [InlineData("deploy api v1.2.3 prod", "deploy api v1.2.3 prod")]
    [InlineData("stats", "stats")]
    [InlineData("follow", "follow")]
    [InlineData("/unfollow", "unfollow")]
    [InlineData("stats of API --since 90d", "stats api --since 90d")]
    [InlineData("dora Payments --since 2026-11-01", "stats payments --since 2026-11-01")]
    [InlineData("changelog api staging prod", "changelog api staging prod")]
    [InlineData("changes prod staging of auth", "changelog auth prod staging")]
    [InlineData("/deploy api v1.2.3 prod", "deploy api v1.2.3 prod")]
    [InlineData("/chatops deploy api v1.2.3 prod", "deploy api v1.2.3 prod")]
    [InlineData("chatops deploy api v1.2.3 prod", "deploy api v1.2.3 prod")]
    [InlineData("@ChatOps deploy api v1.2.3 prod", "deploy api v1.2.3 prod")]
    [InlineData("<@U0123> deploy api v1.2.3 prod", "deploy api v1.2.3 prod")]
    [InlineData("Please deploy api v1.2.3 to prod", "deploy api v1.2.3 prod")]
    [InlineData("SHIP API v1.2.3 to PROD", "deploy api v1.2.3 prod")]
    [InlineData("deploy billing-jobs 7 prod", "deploy Billing-Jobs 7 prod")]
    [InlineData("deploy api@v1.2.3 prod", "deploy api v1.2.3 prod")]
    [InlineData("deploy prod api:v1.2.3", "deploy api v1.2.3 prod")]
    [InlineData("deploy api@" + Digest + " prod", "deploy api " + Digest + " prod")]
    [InlineData("deploy api " + Digest + " prod", "deploy api " + Digest + " prod")]
    [InlineData("deploy web v1 qa1", "deploy web v1 qa1")]
    [InlineData("deploy api v9.9.9 staging", "deploy api v9.9.9 staging")]
    [InlineData("deploy \"api\" `v1.2.3` 'prod'", "deploy api v1.2.3 prod")]
    [InlineData("deploy “api” v1.2.3 prod", "deploy api v1.2.3 prod")]
    [InlineData("deploy api v1.2.3 prod\"", "deploy api v1.2.3 prod")]
    [InlineData("deploy api v1.2.3 prod --plan", "deploy api v1.2.3 prod --plan")]
    [InlineData("deploy api v1.2.3 prod —plan", "deploy api v1.2.3 prod --plan")]
    [InlineData("deploy api v1.2.3 prod –plan", "deploy api v1.2.3 prod --plan")]
    [InlineData("deploy api v1.2.3 prod −−plan", "deploy api v1.2.3 prod --plan")]
    [InlineData("deploy api v1.2.3 prod -plan", "deploy api v1.2.3 prod --plan")]
    [InlineData("--plan deploy —No–Queue api v1.2.3 prod", "deploy api v1.2.3 prod --plan --no-queue")]
    [InlineData("deploy api v1.2.3 prod --reason \"fixes the login\"", "deploy api v1.2.3 prod --reason \"fixes the login\"")]
    [InlineData("deploy api v1.2.3 prod —reason “fixes the login”", "deploy api v1.2.3 prod --reason \"fixes the login\"")]
    [InlineData("deploy api v1.2.3 prod --reason=«fixes the login»", "deploy api v1.2.3 prod --reason \"fixes the login\"")]
    [InlineData("deploy api v1.2.3 prod --reason ‘it’s broken’ --plan", "deploy api v1.2.3 prod --plan --reason \"it’s broken\"")]
    [InlineData("deploy api v1.2.3 prod --reason fixes the login --plan", "deploy api v1.2.3 prod --plan --reason \"fixes the login\"")]
    [InlineData("deploy api v1.2.3 prod --reason \"fixes the login --plan", "deploy api v1.2.3 prod --plan --reason \"fixes the login\"")]
    [InlineData("deploy api v1.2.3 prod --reason “fixes the login\"", "deploy api v1.2.3 prod --reason \"fixes the login\"")]
    [InlineData("deploy api v1.2.3 prod --reason \"a \\\"b\\\" c:\\d\"", "deploy api v1.2.3 prod --reason \"a \\\"b\\\" c:\\\\d\"")]
    [InlineData("deploy\u00A0api\u2003v1.2.3\u200B \u200Fprod\u202C", "deploy api v1.2.3 prod")]
    [InlineData("de\u200Bploy a\u00ADpi v1.2.3\nprod", "deploy api v1.2.3 prod")]
    [InlineData("rollback api prod", "rollback api prod")]
    [InlineData("undo prod api", "rollback api prod")]
    [InlineData("rollback api prod --to v1.2.2", "rollback api prod --to v1.2.2")]
    [InlineData("rollback api prod to v1.2.2", "rollback api prod --to v1.2.2")]
    [InlineData("rollback to v1.2.2 api on prod", "rollback api prod --to v1.2.2")]
    [InlineData("rollback api in prod to the v1.2.2", null)]
    [InlineData("rollback 128", "rollback 128")]
    [InlineData("rollback run 128 --reason \"it leaks\"", "rollback 128 --reason \"it leaks\"")]
    [InlineData("rollback #128", "rollback 128")]
    [InlineData("run nightly-backup api prod", "run nightly-backup api prod")]
    [InlineData("run api nightly-backup in prod keep=7", "run nightly-backup api prod keep=7")]
    [InlineData("start Nightly-Backup API PROD KEEP=7 --plan", "run nightly-backup api prod keep=7 --plan")]
    [InlineData("run restart api prod", null)]
    [InlineData("run nightly-backup api prod size=7", null)]
    [InlineData("run nightly-backup api", null)]
    [InlineData("deploy api v1.2.3 prod --at tomorrow 10:00", "deploy api v1.2.3 prod --at \"tomorrow 10:00\"")]
    [InlineData("deploy api v1.2.3 prod —emergency “it’s down”", "deploy api v1.2.3 prod --emergency \"it’s down\"")]
    [InlineData("lock api prod \"investigating\"", "lock api prod --reason \"investigating\"")]
    [InlineData("lock api in prod because it leaks", "lock api prod --reason \"it leaks\"")]
    [InlineData("lock prod \"move\" --until tomorrow 10:00 --warn", "lock prod --reason \"move\" --until \"tomorrow 10:00\" --warn")]
    [InlineData("lock everything \"fire\"", "lock everything --reason \"fire\"")]
    [InlineData("alerts", "alerts")]
    [InlineData("oncall", "oncall")]
    [InlineData("on-call payments", "oncall payments")]
    [InlineData("oncall swap ben@example.com from now to 18:00 --schedule payments", "oncall swap ben@example.com \"now\" \"18:00\" --schedule payments")]
    [InlineData("incidents", "incidents")]
    [InlineData("incident", "incident show")]
    [InlineData("incident inc12", "incident show INC-12")]
    [InlineData("incident declare sev1 “checkout is failing” api", "incident declare sev1 \"checkout is failing\" api")]
    [InlineData("/incident open SEV2 checkout is failing --since=20m", "incident declare sev2 \"checkout is failing\" --since 20m")]
    [InlineData("incident declare sev1 a12", "incident declare sev1 A12")]
    [InlineData("incident declare sev1 \"x\" on API and web", "incident declare sev1 \"x\" api web")]
    [InlineData("incident declare", null)]
    [InlineData("incident declare sev9 \"x\"", null)]
    [InlineData("incident declare sev1", null)]
    [InlineData("incident declare sev1 \"x\" apo", null)]
    [InlineData("incident declare sev1 \"x\" --since yesterday", null)]
    [InlineData("incident update INC-3 we found it —stage identified", "incident update INC-3 \"we found it\" --stage identified")]
    [InlineData("incident status \"x\" --stage monitoring", "incident update \"x\" --stage mitigated")]
    [InlineData("incident update x --stage soon", null)]
    [InlineData("incident assign lead to ben@example.com", "incident role commander ben@example.com")]
    [InlineData("incident role scribe", "incident role scribe me")]
    [InlineData("incident role boss me", null)]
    [InlineData("incident severity sev2 only the US", "incident sev sev2 --reason \"only the US\"")]
    [InlineData("incident resolve INC-3 \"cause=a full disk\" \"follow-ups=a; b\"", "incident resolve INC-3 --cause \"a full disk\" --follow-ups \"a; b\"")]
    [InlineData("incident resolve INC-3 \"follow-ups=a; b\"", "incident resolve INC-3 --follow-ups \"a; b\"")]
    [InlineData("incident close it was the disk", "incident resolve --cause \"it was the disk\"")]
    [InlineData("incident reopen INC-3 it is back", "incident reopen INC-3 --reason \"it is back\"")]
    [InlineData("incident link A12", "incident link A12")]
    [InlineData("incident link", null)]
    [InlineData("incident task tell support --owner ben@example.com", "incident task \"tell support\" --owner ben@example.com")]
    [InlineData("incident done #2", "incident done 2")]
    [InlineData("incident done soon", null)]
    [InlineData("incident note \"warm by 14:10\"", "incident note \"warm by 14:10\"")]
    [InlineData("incident public", "incident public")]
    [InlineData("incident dance", null)]
    [InlineData("why a12", "why A12")]
    [InlineData("ack #A12", "ack A12")]
    [InlineData("silence A12", "silence A12 1h")]
    [InlineData("silence A12 for 2h being worked on", "silence A12 2h --reason \"being worked on\"")]
    [InlineData("mute A12 30m “known”", "silence A12 30m --reason \"known\"")]
    [InlineData("ack 12", null)]
    [InlineData("ack", null)]
    [InlineData("silence A12 2 hours", null)]
    [InlineData("why A12 please", null)]
    [InlineData("lock \"fire\"", null)]
    [InlineData("lock api", null)]
    [InlineData("lock aip prod \"x\"", null)]
    [InlineData("freeze prod until Monday \"holiday\"", "freeze prod --reason \"holiday\" --until Monday")]
    [InlineData("freeze prod until tomorrow 10:00 release party", "freeze prod --reason \"release party\" --until \"tomorrow 10:00\"")]
    [InlineData("freeze prod until the cows come home", "freeze prod --reason \"until the cows come home\"")]
    [InlineData("unlock 3 \"fixed\"", "unlock 3 --reason \"fixed\"")]
    [InlineData("unfreeze prod", "unlock prod")]
    [InlineData("unlock", null)]
    [InlineData("locks", "locks")]
    [InlineData("queue api prod", "queue api prod")]
    [InlineData("whocan deploy api prod", "whocan deploy api prod")]
    [InlineData("whocan api prod", null)]
    [InlineData("schedules", "schedules")]
    [InlineData("unschedule #4", "unschedule 4")]
    [InlineData("done 128 42 rows", "done 128 --note \"42 rows\"")]
    [InlineData("failed 128", null)]
    [InlineData("failed 128 it broke", "failed 128 --reason \"it broke\"")]
    [InlineData("delegate 128 to ben@example.com", "delegate 128 ben@example.com")]
    [InlineData("delegate 128", null)]
    [InlineData("note 128 warm now", "note 128 --note \"warm now\"")]
    [InlineData("note 128", null)]
    [InlineData("take 128", "take 128")]
    [InlineData("supersede 128", "supersede 128")]
    [InlineData("status", "status")]
    [InlineData("status prod", "status prod")]
    [InlineData("status PROD web", "status web prod")]
    [InlineData("api status", "status api")]
    [InlineData("history api", "history api")]
    [InlineData("history staging api", "history api staging")]
    [InlineData("runs", "runs")]
    [InlineData("", "help")]
    [InlineData("/chatops", "help")]
    [InlineData("@bot", "help")]
    [InlineData("help undo", "help rollback")]
    [InlineData("deploy --help", "help deploy")]
    [InlineData("show 128", "show 128")]
    [InlineData("show run-128", "show 128")]
    [InlineData("tick 128 2", "tick 128 2")]
    [InlineData("untick 128 item 2", "untick 128 2")]
    [InlineData("tick 128 --item 2", "tick 128 2")]
    [InlineData("approve 128 --plan-hash 1F0C9A2E", "approve 128 --plan-hash 1f0c9a2e")]
    [InlineData("approve 128", "approve 128")]
    [InlineData("reject 128 not on a Friday", "reject 128 --reason \"not on a Friday\"")]
    [InlineData("pause", "pause")]
    [InlineData("continue 128", "resume 128")]
    [InlineData("retry", "retry")]
    [InlineData("stop 128", "abort 128")]
    [InlineData("abort --reason \"wrong version\"", "abort --reason \"wrong version\"")]
    [InlineData("skip 128 s3 --reason \"the check is broken\"", "skip 128 --step s3 --reason \"the check is broken\"")]
    [InlineData("skip 128 s3 the check is broken", "skip 128 --step s3 --reason \"the check is broken\"")]
    [InlineData("skip the check takes 5 minutes", "skip --reason \"the check takes 5 minutes\"")]
    [InlineData("skip 128 health check --reason flaky", "skip 128 --step \"health check\" --reason \"flaky\"")]
    public void A_text_is_understood_as(string text, string? meant)
    {
        if (meant is null) Example.Misheard(text);
        else CommandText.Of(Example.Understood(text)).ShouldBe(meant);
    }

    [Theory]
    [InlineData("deploy", "api", "v1.2.3", "prod", "--plan", "--no-queue")]
    [InlineData("deploy", "web", "v1", "qa1", "--reason \"a b\"")]
    [InlineData("deploy", "api@v1.2.3", "prod")]
    [InlineData("rollback", "api", "prod", "--to v1.2.2", "--plan")]
    [InlineData("rollback", "api", "prod", "to v1.2.2")]
    [InlineData("status", "api", "prod")]
    [InlineData("history", "api", "staging")]
    public void The_words_come_in_any_order(params string[] words)
    {
        var meant = Example.Understood(string.Join(' ', words));
        foreach (var order in Orders(words)) Example.Understood(string.Join(' ', order)).ShouldBe(meant, string.Join(' ', order));
    }

    [Fact]
    public void A_text_of_two_thousand_signs_is_read_and_a_longer_one_is_not()
    {
        string Text(int length) => "deploy api v1.2.3 prod --reason \"".PadRight(length - 1, 'x') + "\"";
        Example.Understood("  " + Text(2_000) + "  ");
        Example.Misheard(Text(2_001)).Refusal.Code.ShouldBe("text-too-long");
    }

    [Fact]
    public void A_name_of_a_service_that_an_environment_has_too_is_whichever_is_missing()
    {
        var words = new Vocabulary([new ServiceWords("web", [new EnvironmentWords("web", false), Example.Prod], []), new ServiceWords("api", [Example.Prod], [])], []);
        Grammar.Read("deploy web v1 web", words).ShouldBe(new Heard.Understood(new Command.Deploy("web", "v1", "web", false, null, false)));
        Grammar.Read("deploy web v1 prod", words).ShouldBe(new Heard.Understood(new Command.Deploy("web", "v1", "prod", false, null, false)));
        Grammar.Read("deploy api v1 web", words).ShouldBeOfType<Heard.Misheard>().Refusal.Code.ShouldBe("environment-unknown");
    }

    private static IEnumerable<string[]> Orders(string[] words)
    {
        if (words.Length <= 1) return [words];
        return Enumerable.Range(0, words.Length).SelectMany(at =>
            Orders([.. words.Where((_, other) => other != at)]).Select(rest => (string[])[words[at], .. rest]));
    }
}
