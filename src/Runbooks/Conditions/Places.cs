using System.Collections.Immutable;

namespace ChatOps.Runbooks.Conditions;

/// <summary>A service in an environment, as far as conditions can ask about it.</summary>
public sealed record Place(string Service, string Environment, bool Protected);

/// <summary>Where a condition could be asked: the places of the configuration. Empty = anywhere at all.</summary>
public sealed record Places(ImmutableArray<Place> All)
{
    public static Places Anywhere { get; } = new([]);
}

/// <summary>What a condition can come to.</summary>
public enum Prospect
{
    /// <summary>It may hold and may not, or it is too large to tell.</summary>
    Either,

    /// <summary>It can't hold, whatever is the case.</summary>
    Never,

    /// <summary>It holds, whatever is the case (as long as the facts are known).</summary>
    Always,
}
