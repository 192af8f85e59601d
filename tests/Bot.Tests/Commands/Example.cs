using ChatOps.Bot.Commands;
using Shouldly;

namespace ChatOps.Bot.Tests.Commands;

/// <summary>The names that these tests speak of.</summary>
internal static class Example
{
    public static readonly EnvironmentWords Staging = new("staging", Protected: false);
    public static readonly EnvironmentWords Prod = new("prod", Protected: true);

    public static readonly Vocabulary Vocabulary = new(
        [
            new ServiceWords("api", [Staging, Prod], ["v1.2.3", "v1.2.2"]),
            new ServiceWords("auth", [Staging, Prod], ["2026.11.1"]),
            new ServiceWords("web", [new EnvironmentWords("qa1", Protected: false), Staging, Prod], []),
            new ServiceWords("Billing-Jobs", [Prod], []),
        ],
        [131, 128])
    {
        Owners = ["payments"],
        Procedures = [new ProcedureWords("nightly-backup", ["keep"])],
    };

    public static Heard Read(string text) => Grammar.Read(text, Vocabulary);

    public static Command Understood(string text) => Read(text) switch
    {
        Heard.Understood understood => understood.Command,
        Heard.Misheard misheard => throw new ShouldAssertException($"\"{text}\" was misheard: {misheard.Refusal}"),
        _ => throw new ShouldAssertException("neither understood nor misheard"),
    };

    public static Heard.Misheard Misheard(string text) => Read(text) switch
    {
        Heard.Misheard misheard => misheard,
        Heard.Understood understood => throw new ShouldAssertException($"\"{text}\" was understood: {understood.Command}"),
        _ => throw new ShouldAssertException("neither understood nor misheard"),
    };
}
