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
        /// <summary>What was said of a command, where words of it are missing and can be asked for; null otherwise.</summary>
        public AskedWords? Asks { get; init; }

        /// <summary>Whether it was an incident to be declared, of which words are missing that can be asked for.</summary>
        public bool Declare { get; init; }
    }
}

/// <summary>A command that is to be asked for, as far as it is known.</summary>
/// <param name="Answers">What is known, by <see cref="CommandFields"/>.</param>
/// <param name="Rest">Its other options, as they are written; empty = none.</param>
internal sealed record AskedWords(string Command, ImmutableArray<KeyValuePair<string, string>> Answers, string Rest);
