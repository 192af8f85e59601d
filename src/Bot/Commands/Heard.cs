using System.Collections.Immutable;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>What became of a text.</summary>
internal abstract record Heard
{
    private Heard() { }

    public sealed record Understood(Command Command) : Heard;

    /// <param name="Corrections">Whole commands without a slash, each of which would be understood; best first, at most 3.</param>
    public sealed record Misheard(Refusal Refusal, ImmutableArray<string> Corrections) : Heard
    {
        /// <summary>What was said of a deployment, where words of it are missing and can be asked for; null otherwise.</summary>
        public DeployWords? Deploy { get; init; }

        /// <summary>Whether it was an incident to be declared, of which words are missing that can be asked for.</summary>
        public bool Declare { get; init; }
    }
}

/// <summary>What a deployment needs, as far as it is known.</summary>
/// <param name="Rest">The command's other options, as they are written; empty = none.</param>
internal sealed record DeployWords(string? Service, string? Version, string? Environment, string? Reason, string Rest);
