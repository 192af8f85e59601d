using System.Collections.Immutable;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>What became of a text.</summary>
internal abstract record Heard
{
    private Heard() { }

    public sealed record Understood(Command Command) : Heard;

    /// <param name="Corrections">Whole commands without a slash, each of which would be understood; best first, at most 3.</param>
    public sealed record Misheard(Refusal Refusal, ImmutableArray<string> Corrections) : Heard;
}
