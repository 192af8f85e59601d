using System.Text.RegularExpressions;
using ChatOps.Bot.Commands;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace ChatOps.Bot.Tests.Commands;

/// <summary>What holds for any text at all, and for texts made of words that mean something.</summary>
public sealed class AnyTextTests
{
    private static readonly string[] Pieces =
    [
        .. CommandWords.All.SelectMany(command => command.Synonyms.Prepend(command.Name)),
        "api", "aip", "API", "auth", "web", "billing-jobs", "prod", "prdo", "PROD", "production", "staging", "stagin", "qa1", "v1.2.3", "1.2.3", "v9", "latest", "2", "128", "#128", "run-131", "run",
        "to", "on", "in", "from", "please", "api@v1.2.3", "api:prod", "prod:api", "sha256:12", "s3", "--plan", "—plan", "–no-queue", "--no-queue", "--reason", "--reason=x", "--to", "--to=v1.2.2", "--step", "--item",
        "--plan-hash", "0123abcd", "--help", "\"", "“", "”", "'", "«", "»", "\\", "\\\"", "=", "--", "—", "/", "@", "@bot", "/chatops", "|", "`", "\u200B", "\u202E", "\u00A0", "\t", "\uD800", "😀", "it's", "don't", "ok",
    ];

    private static readonly Arbitrary<string> Texts = Gen.OneOf(
        ArbMap.Default.GeneratorFor<string>().Select(text => text ?? ""),
        ArbMap.Default.GeneratorFor<string>().Select(text => "deploy api v1.2.3 prod --reason " + text),
        ArbMap.Default.GeneratorFor<string>().Select(text => $"skip 128 {text}"),
        Spoken(" "), Spoken(""), Likely(), Likely(), Likely())
        .ToArbitrary();

    /// <summary>Nearly what a command needs, in any order, with up to two things that may not belong.</summary>
    private static Gen<string> Likely() =>
        from command in Gen.Elements("deploy", "rollback", "undo", "delpoy", "status", "skip 128", "tick")
        from service in Gen.Elements("api", "API", "web", "aip", "billing-jobs", "")
        from version in Gen.Elements("v1.2.3", "1.2.3", "v9", "to v1.2.2", "--to v1.2.2", "latest", "2", "")
        from environment in Gen.Elements("prod", "PROD", "prdo", "staging", "stag", "qa1", "production", "")
        from more in Gen.Elements(Pieces).ListOf(2)
        from few in Gen.Choose(0, 2)
        from order in Gen.Shuffle<string>([service, version, environment, .. more.Take(few)])
        select $"{command} {string.Join(' ', order)}";

    private static Gen<string> Spoken(string between) => Gen.Elements(Pieces).ListOf().Select(words => string.Join(between, words));

    [Fact]
    public void Any_text_is_understood_or_refused_and_corrections_are_understood() => Always(text =>
    {
        if (Example.Read(text) is not Heard.Misheard misheard) return;
        misheard.Refusal.Why.ShouldNotBeNullOrWhiteSpace();
        misheard.Refusal.Why.ShouldNotContain('\u202E');
        misheard.Corrections.Length.ShouldBeLessThanOrEqualTo(3);
        foreach (var correction in misheard.Corrections) CommandText.Of(Example.Understood(correction)).ShouldBe(correction);
    });

    [Fact]
    public void A_change_goes_only_where_somebody_said_and_only_to_what_is_configured() => Always(text =>
    {
        var (service, environment) = Example.Read(text) switch
        {
            Heard.Understood { Command: Command.Deploy c } => (c.Service, c.Environment),
            Heard.Understood { Command: Command.Rollback c } => (c.Service, c.Environment),
            _ => (null, null),
        };
        if (service is null) return;
        Example.Vocabulary.Services.Single(one => one.Name == service).Environments.ShouldContain(one => one.Name == environment);
        var plain = ChatOps.Bot.Commands.Spoken.Clean(text);
        foreach (var name in (string[])[service, environment!])
            Regex.IsMatch(plain, $@"(?<![\w-]){Regex.Escape(name)}(?![\w-])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant).ShouldBeTrue($"{name} in {plain}");
    });

    [Fact]
    public void No_plan_that_was_asked_for_becomes_a_change() => Always(text =>
    {
        foreach (var plan in (string[])[" --plan", " —plan"])
        {
            if (Example.Read(text + plan) is not Heard.Understood { Command: var command }) continue;
            if (command is Command.Deploy deploy) deploy.PlanOnly.ShouldBeTrue();
            if (command is Command.Rollback rollback) rollback.PlanOnly.ShouldBeTrue();
            command.ShouldNotBeOfType<Command.OnRun>();
        }
    });

    [Fact]
    public void What_is_written_reads_the_same_again() => Always(text =>
    {
        if (Example.Read(text) is not Heard.Understood { Command: var command }) return;
        var written = CommandText.Of(command);

        // Escapes can make a reason longer than a command may be.
        if (written.Length <= Grammar.Longest) Example.Understood(written).ShouldBe(command, written);
    });

    private static void Always(Action<string> holds) => Prop.ForAll(Texts, holds).Check(Config.QuickThrowOnFailure.WithMaxTest(3_000).WithEndSize(60));
}
