using System.Collections.Immutable;

namespace ChatOps.Runbooks.Conditions;

/// <summary>How a fact is compared.</summary>
internal enum Sign
{
    Same,
    Other,
    Less,
    AtMost,
    More,
    AtLeast,
}

internal static class Signs
{
    public static ImmutableArray<Sign> All { get; } = [Sign.Same, Sign.Other, Sign.Less, Sign.AtMost, Sign.More, Sign.AtLeast];

    public static string Text(this Sign sign) => sign switch
    {
        Sign.Same => "==",
        Sign.Other => "!=",
        Sign.Less => "<",
        Sign.AtMost => "<=",
        Sign.More => ">",
        _ => ">=",
    };

    public static bool IsOrder(this Sign sign) => sign is not (Sign.Same or Sign.Other);

    /// <summary>Whether a fact that stands so to the other side satisfies it.</summary>
    public static bool Admits(this Sign sign, int order) => sign switch
    {
        Sign.Same => order == 0,
        Sign.Other => order != 0,
        Sign.Less => order < 0,
        Sign.AtMost => order <= 0,
        Sign.More => order > 0,
        _ => order >= 0,
    };
}
