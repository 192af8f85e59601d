using System.Collections.Immutable;
using ChatOps.Bot.Commands;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.Commands;

public sealed class MisheardTests
{
    [Theory]
    // services
    [InlineData("deploy aip v1.2.3 prod", "service-unknown", "deploy api v1.2.3 prod")]
    [InlineData("stats paymnets", "word-unknown", "stats payments")]
    [InlineData("stats api --since yesterdayish", "word-unknown")]
    [InlineData("stats api web", "words-ambiguous", "stats api", "stats web")]
    [InlineData("changelog api staging prdo", "environment-unknown", "changelog api staging prod")]
    [InlineData("changelog aip staging prod", "service-unknown", "changelog api staging prod")]
    [InlineData("changelog api staging", "words-missing", "changelog api staging prod")]
    [InlineData("changelog api prod prod", "words-ambiguous", "changelog api prod staging")]
    [InlineData("changelog web prod staging qa1", "words-ambiguous")]
    [InlineData("deploy aip v1.2.3 prod --plan --reason \"a b\" --no-queue", "service-unknown", "deploy api v1.2.3 prod --plan --reason \"a b\" --no-queue")]
    [InlineData("/deploy ap1 v1.2.3 prod", "service-unknown", "deploy api v1.2.3 prod")]
    [InlineData("deploy prod v1.2.3 billing", "service-unknown", "deploy Billing-Jobs v1.2.3 prod")]
    [InlineData("deploy nothing v1.2.3 prod", "service-unknown")]
    [InlineData("status wbe", "service-unknown", "status web")]
    [InlineData("history ath prod", "service-unknown", "history auth prod")]
    [InlineData("deploy registry.example.com/api:v1 prod", "service-unknown")]
    // environments
    [InlineData("deploy api v1.2.3 prdo", "environment-unknown", "deploy api v1.2.3 prod")]
    [InlineData("deploy api v1.2.3 prodution", "environment-unknown", "deploy api v1.2.3 prod")]
    [InlineData("deploy api v1.2.3 production", "environment-unknown", "deploy api v1.2.3 prod")]
    [InlineData("deploy api v1.2.3 stag", "environment-unknown", "deploy api v1.2.3 staging")]
    [InlineData("deploy api v1.2.3 stag1ng", "environment-unknown", "deploy api v1.2.3 staging")]
    [InlineData("deploy api v1.2.3 sstaging", "environment-unknown", "deploy api v1.2.3 staging")]
    [InlineData("deploy api v1.2.3 qa1", "environment-unknown")]
    [InlineData("deploy api v1.2.3 moon", "environment-unknown")]
    [InlineData("deploy api v1.2.3 deevelopment", "environment-unknown")]
    [InlineData("deploy billing-jobs 7 staging", "environment-unknown")]
    [InlineData("rollback api stagin", "environment-unknown", "rollback api staging")]
    [InlineData("rollback api to prdo", "environment-unknown", "rollback api prod")]
    // several mistakes are mended together
    [InlineData("delpoy aip v1.2.3 prdo", "command-unknown", "deploy api v1.2.3 prod")]
    [InlineData("deploy aip 1.2.3 prod", "service-unknown", "deploy api v1.2.3 prod")]
    // versions
    [InlineData("deploy api latest prod", "version-unknown")]
    [InlineData("deploy latest prod", "version-unknown")]
    [InlineData("deploy api main staging", "version-unknown")]
    [InlineData("deploy api newish prod", "version-unknown")]
    [InlineData("deploy api 1.2.3 prod", "version-unknown", "deploy api v1.2.3 prod")]
    [InlineData("deploy api V1.2.3 prod", "version-unknown", "deploy api v1.2.3 prod")]
    [InlineData("deploy auth v2026.11.1 prod", "version-unknown", "deploy auth 2026.11.1 prod")]
    [InlineData("deploy api v1.2.3! prod", "version-unknown", "deploy api v1.2.3 prod")]
    [InlineData("deploy api sha256:abc1 prod", "version-unknown")]
    [InlineData("rollback api prod --to latest", "version-unknown")]
    [InlineData("rollback api prod to latest", "version-unknown")]
    [InlineData("rollback api prod to 1.2.2", "version-unknown", "rollback api prod --to v1.2.2")]
    // too few: an environment is never chosen for anybody, and never a protected one
    [InlineData("deploy", "words-missing")]
    [InlineData("deploy api", "words-missing")]
    [InlineData("deploy api v1.2.3", "words-missing")]
    [InlineData("deploy billing-jobs 7", "words-missing")]
    [InlineData("deploy v1.2.3 prod", "words-missing")]
    [InlineData("deploy v1 qa1", "words-missing", "deploy web v1 qa1")]
    [InlineData("rollback", "words-missing")]
    [InlineData("rollback api", "words-missing")]
    [InlineData("rollback qa1", "words-missing", "rollback web qa1")]
    [InlineData("history", "words-missing")]
    [InlineData("deploy --reason hotfix api v1.2.3 prod", "words-missing", "deploy api v1.2.3 prod --reason \"hotfix\"")]
    [InlineData("rollback api prod --to", "words-missing")]
    [InlineData("show", "words-missing")]
    [InlineData("approve", "words-missing")]
    [InlineData("tick 128", "words-missing")]
    [InlineData("--plan", "words-missing")]
    // too many, or either way
    [InlineData("deploy api web v1.2.3 staging", "words-ambiguous", "deploy api v1.2.3 staging", "deploy web v1.2.3 staging")]
    [InlineData("deploy api v1.2.3 prod staging", "words-ambiguous", "deploy api v1.2.3 staging", "deploy api v1.2.3 prod")]
    [InlineData("deploy api v1.2.3 v1.2.2 prod", "words-ambiguous", "deploy api v1.2.3 prod", "deploy api v1.2.2 prod")]
    [InlineData("deploy api qa1 prod", "words-ambiguous")]
    [InlineData("rollback api v1.2.2 prod", "words-ambiguous", "rollback api prod --to v1.2.2", "rollback api prod")]
    [InlineData("rollback api prod from v1.2.3", "words-ambiguous", "rollback api prod")]
    [InlineData("deploy api v1.2.3 prod --reason a --reason b", "words-ambiguous")]
    // words and options that belong to nothing
    [InlineData("deploy api v1.2.3 prod now", "word-unknown", "deploy api v1.2.3 prod")]
    [InlineData("deploy api v1.2.3 prod stagin", "word-unknown")]
    [InlineData("don't deploy api v1.2.3 prod", "word-unknown", "deploy api v1.2.3 prod")]
    [InlineData("deploy api v1.2.3 prod — plan", "word-unknown", "deploy api v1.2.3 prod --plan")]
    [InlineData("deploy api v1.2.3 prod --plna", "word-unknown", "deploy api v1.2.3 prod --plan")]
    [InlineData("deploy api v1.2.3 prod --dry-run", "word-unknown", "deploy api v1.2.3 prod --plan")]
    [InlineData("deploy api v1.2.3 prod --plan=yes", "word-unknown", "deploy api v1.2.3 prod --plan")]
    [InlineData("deploy api v1.2.3 prod --force", "word-unknown")]
    [InlineData("status api --plan", "word-unknown")]
    [InlineData("rollback 128 --plan", "word-unknown")]
    [InlineData("runs api", "word-unknown", "runs")]
    [InlineData("approve 128 --plan-hash nonsense", "word-unknown")]
    // commands
    [InlineData("delpoy api v1.2.3 prod", "command-unknown", "deploy api v1.2.3 prod")]
    [InlineData("/rolback api prod", "command-unknown", "rollback api prod")]
    [InlineData("lgtm", "command-unknown")]
    [InlineData("ok 128", "command-unknown")]
    [InlineData("make me a sandwich", "command-unknown")]
    [InlineData("help delpoy", "command-unknown", "help deploy")]
    // runs
    [InlineData("approve api", "run-unknown")]
    [InlineData("abort api prod", "run-unknown")]
    [InlineData("tick 128 two", "item-unknown")]
    [InlineData("tick 128 0", "item-unknown")]
    [InlineData("skip 128", "reason-missing")]
    [InlineData("skip s3", "reason-missing")]
    [InlineData("reject 128", "reason-missing")]
    [InlineData("abort --reason", "reason-missing")]
    [InlineData("deploy api v1.2.3 prod --reason \"\"", "reason-missing")]
    public void A_text_is_refused_with(string text, string code, params string[] corrections)
    {
        var misheard = Example.Misheard(text);
        misheard.Refusal.Code.ShouldBe(code, misheard.Refusal.Why);
        misheard.Corrections.ShouldBe(corrections);
        misheard.Refusal.Why.ShouldNotBeNullOrWhiteSpace();
        misheard.Refusal.Next.ShouldNotBeNullOrWhiteSpace();
        RefusalCodes.All.ShouldContain(code);
    }

    [Theory]
    [InlineData("deploy api --no-queue", "deploy", "service=api", "--no-queue")]
    [InlineData("deploy v1.2.3 prod --reason \"a b\"", "deploy", "environment=prod, version=v1.2.3, reason=a b", "")]
    [InlineData("rollback", "rollback", "", "")]
    [InlineData("rollback prod to v1.2.2 --plan", "rollback", "environment=prod, to=v1.2.2", "--plan")]
    [InlineData("lock", "lock", "", "")]
    [InlineData("lock api prod until Monday --warn", "lock", "service=api, environment=prod, until=Monday", "--warn")]
    [InlineData("lock \"moving house\"", "lock", "reason=moving house", "")]
    [InlineData("freeze prod --until Monday --from \"in 2h\"", "freeze", "environment=prod, until=Monday", "--from \"in 2h\"")]
    [InlineData("reject 128", "reject", "run=128", "")]
    [InlineData("note", "note", "", "")]
    [InlineData("skip 128 s3", "skip", "run=128, step=s3", "")]
    [InlineData("skip 128 --step s3", "skip", "run=128, step=s3", "")]
    [InlineData("delegate 128", "delegate", "run=128", "")]
    [InlineData("show", "show", "", "")]
    [InlineData("deploy aip v1.2.3 prod", null, null, "")]
    [InlineData("history", null, null, "")]
    [InlineData("tick", null, null, "")]
    public void What_is_missing_is_asked_for_with_what_is_known(string text, string? command, string? known, string rest)
    {
        var heard = Example.Read(text);
        if (known is null)
        {
            (heard as Heard.Misheard)?.Asks.ShouldBeNull();
            return;
        }

        var asked = heard.ShouldBeOfType<Heard.Misheard>().Asks.ShouldNotBeNull();
        asked.Command.ShouldBe(command);
        string.Join(", ", asked.Answers.Select(answer => $"{answer.Key}={answer.Value}")).ShouldBe(known);
        asked.Rest.ShouldBe(rest);
    }

    [Fact]
    public void Whatever_is_filled_in_is_the_command_that_it_was_asked_for()
    {
        var given = new Dictionary<string, string>
        {
            ["service"] = "api", ["environment"] = "prod", ["version"] = "v1.2.3", ["run"] = "128", ["person"] = "ben@example.com", ["step"] = "s3", ["reason"] = "a \"quoted\" --reason", ["note"] = "--no, really", ["to"] = "v1.2.2", ["until"] = "in 2h",
        };
        foreach (var fields in CommandFields.All)
        {
            var text = fields.Filled(fields.Command, [.. fields.Names.Reverse().Select(name => KeyValuePair.Create(name, given[name]))]);
            var meant = Example.Understood(text).ToString();
            foreach (var name in fields.Names.Where(name => name != "until")) meant.ShouldContain(given[name], customMessage: text);
            CommandWords.Find(fields.Command).ShouldNotBeNull();
            fields.Title.Length.ShouldBeLessThanOrEqualTo(24);
        }
    }

    [Fact]
    public void A_refusal_says_why_and_shows_what_there_is()
    {
        Example.Misheard("deploy aip v1.2.3 prod").Refusal.ShouldBe(new Refusal("service-unknown", "There is no service \"aip\": did you mean api?", "Services: api, auth, web, Billing-Jobs."));
        Example.Misheard("deploy api v1.2.3 prdo").Refusal.ShouldBe(new Refusal("environment-unknown", "There is no environment \"prdo\" of api: did you mean prod?", "Environments of api: staging, prod."));
        Example.Misheard("deploy api").Refusal.ShouldBe(new Refusal(
            "words-missing", "Deploy which version and which environment?",
            $"Latest versions of api: v1.2.3, v1.2.2. Environments of api: staging, prod. It is written {Grammar.Usage("deploy")}."));
    }

    [Fact]
    public void Equally_near_names_are_all_offered()
    {
        var words = new Vocabulary([.. new[] { "api1", "api2", "api3", "api4" }.Select(name => new ServiceWords(name, [Example.Prod], []))], []);
        Grammar.Read("rollback apix prod", words).ShouldBeOfType<Heard.Misheard>().Corrections.ShouldBe(["rollback api1 prod", "rollback api2 prod", "rollback api3 prod"]);
    }

    [Fact]
    public void The_only_completion_is_offered_unless_it_is_protected()
    {
        Vocabulary With(bool isProtected) => new([new ServiceWords("api", [new EnvironmentWords("prod", isProtected)], [])], [7]);
        Grammar.Read("deploy v1", With(false)).ShouldBeOfType<Heard.Misheard>().Corrections.ShouldBe(["deploy api v1 prod"]);
        Grammar.Read("deploy v1", With(true)).ShouldBeOfType<Heard.Misheard>().Corrections.ShouldBeEmpty();
        Grammar.Read("tick 2", With(true)).ShouldBeOfType<Heard.Misheard>().Corrections.ShouldBe(["tick 7 2"]);
    }

    [Fact]
    public void What_people_typed_is_cut_and_made_harmless_before_it_is_repeated()
    {
        Example.Misheard($"deploy \u202Ee`v\u200Bil{new string('x', 500)} v1.2.3 prod").Refusal.Why.ShouldBe($"There is no service \"e'vil{new string('x', 54)}…\".");
        Example.Misheard("deploy moon\u0007 v1.2.3 prod").Refusal.Why.ShouldBe("There is no service \"moon\".");
    }

    [Fact]
    public void A_misheard_card_offers_the_corrections_as_buttons()
    {
        var card = MisheardCard.Of(Example.Misheard("deploy aip v1.2.3 prod"));
        card.Tone.ShouldBe(Tone.Warning);
        card.Title.ShouldBe("There is no service \"aip\": did you mean api?");
        card.Footer.ShouldBe("service-unknown");
        card.Next.ShouldBe("Services: api, auth, web, Billing-Jobs.");
        var button = card.Buttons.ShouldHaveSingleItem();
        (button.Label, button.Action).ShouldBe(("deploy api v1.2.3 prod", CardAction.Say("deploy api v1.2.3 prod")));
    }

    [Fact]
    public void Without_any_service_nothing_is_understood_and_nothing_breaks()
    {
        var nothing = new Vocabulary([], []);
        Grammar.Read("deploy api v1 prod", nothing).ShouldBeOfType<Heard.Misheard>().Refusal.Code.ShouldBe("service-unknown");
        Grammar.Read("status", nothing).ShouldBe(new Heard.Understood(new Command.Status(null, null)));
        Grammar.Read("approve", nothing).ShouldBeOfType<Heard.Misheard>().Corrections.ShouldBe(ImmutableArray<string>.Empty);
    }
}
