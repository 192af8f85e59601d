using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Audit;

/// <summary>Something in the chain that is not as it was written.</summary>
/// <param name="Place">Where in the chain.</param>
public sealed record ChainFault(long Place, string Says);

/// <summary>Walks the chain from its beginning and finds where it was altered. Give it every entry in order, then the end.</summary>
public sealed class ChainCheck
{
    private string before = Chain.Start;

    /// <summary>How many entries it has seen.</summary>
    public long Seen { get; private set; }

    /// <summary>The place that came last.</summary>
    public long Place { get; private set; }

    /// <summary>The hash of the last entry, as it should be.</summary>
    public string Hash => before;

    /// <summary>What is wrong with this entry; null when it follows from the one before.</summary>
    public ChainFault? Next(ChainEntry entry)
    {
        var (expected, hash) = (Place + 1, Chain.Next(before, entry.Event, entry.Via));
        (Place, before) = (entry.Place, entry.Hash);
        Seen++;
        if (entry.Place != expected)
            return new ChainFault(entry.Place, entry.Place == expected + 1 ? $"entry {expected} was removed" : $"entries {expected} to {entry.Place - 1} were removed");
        return hash == entry.Hash
            ? null
            : new ChainFault(entry.Place, $"entry {entry.Place} ({entry.Event.Stream}, version {entry.Event.Version}: {entry.Event.Type}, {entry.Event.At.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC) does not say what it said when it was kept, or the one before it does not");
    }

    /// <summary>What is wrong with the end; null when the chain ends where it is said to.</summary>
    /// <param name="head">The end as it is kept beside the chain, or as somebody noted it.</param>
    public ChainFault? End(ChainHead? head) => head switch
    {
        null when Place == 0 => null,
        null => new ChainFault(Place, "the end that is kept beside the chain was removed"),
        { Place: var place } when place > Place => new ChainFault(place, place == Place + 1 ? $"entry {place} was removed from the end" : $"entries {Place + 1} to {place} were removed from the end"),
        { Place: var place, Hash: var hash } when place == Place && hash != Hash => new ChainFault(place, $"entry {place} is not the one that ended the chain"),
        { Place: var place } when place < Place => new ChainFault(place, $"the chain goes on after entry {place}, where it is said to end"),
        _ => null,
    };
}
