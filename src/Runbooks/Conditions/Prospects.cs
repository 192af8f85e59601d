using System.Collections.Immutable;

namespace ChatOps.Runbooks.Conditions;

/// <summary>Decides whether a condition can hold, by trying all that its leaves can come to.</summary>
/// <remarks>
/// Leaves about one fact depend on each other (nothing is both prod and staging), leaves about different facts don't. So each fact gives rows of truths that
/// its leaves can have together, and every choice of one row per fact is tried. Where the rows can't be exact they are too many rather than too few:
/// <see cref="Prospect.Never"/> and <see cref="Prospect.Always"/> are proofs, <see cref="Prospect.Either"/> isn't.
/// </remarks>
internal static class Prospects
{
    /// <summary>More choices than this are not tried.</summary>
    public const int MostChoices = 20_000;

    public static Prospect Of(Term term, Places places)
    {
        var facts = Condition.Leaves(term).GroupBy(leaf => FactOf(leaf, places)).Select(same => new Fact(same, places)).ToList();
        var choices = 1L;
        foreach (var fact in facts)
        {
            if (fact.Rows is null || (choices *= fact.Rows.Count) > MostChoices) return Prospect.Either;
        }

        var standing = facts.SelectMany(fact => fact.Columns, (fact, column) => (Leaf: column.Key, Fact: fact, Column: column.Value)).ToDictionary(one => one.Leaf, one => (one.Fact, one.Column), (IEqualityComparer<Term>)ReferenceEqualityComparer.Instance);
        var (canHold, canFail) = (false, false);
        for (var choice = 0L; choice < choices && !(canHold && canFail); choice++)
        {
            var left = choice;
            foreach (var fact in facts) left = fact.Choose(left);
            var so = Judge.Holds(term, leaf => standing[leaf].Fact.Row[standing[leaf].Column]) == Truth.Yes;
            canHold |= so;
            canFail |= !so;
        }

        return canHold && canFail ? Prospect.Either : canHold ? Prospect.Always : Prospect.Never;
    }

    /// <summary>What a leaf is about. Service, environment and protection hang together as soon as places are known.</summary>
    private static string FactOf(Term leaf, Places places) => leaf switch
    {
        Term.About { Name.Text: "service" or "environment" or "environment.protected" } when !places.All.IsEmpty => "place",
        Term.About about => about.Name.Text,
        _ => Name.Changed,
    };

    /// <summary>A fact, with all leaves about it; leaves with the same text share a column of the rows.</summary>
    private sealed class Fact
    {
        public Fact(IEnumerable<Term> leaves, Places places)
        {
            var same = leaves.GroupBy(leaf => leaf.ToString()).ToList();
            Rows = Conditions.Rows.Of([.. same.Select(group => group.First())], places);
            Columns = same.SelectMany((group, column) => group.Select(leaf => KeyValuePair.Create(leaf, column))).ToList();
        }

        public List<ImmutableArray<Truth>>? Rows { get; }

        public List<KeyValuePair<Term, int>> Columns { get; }

        /// <summary>The row that was chosen.</summary>
        public ImmutableArray<Truth> Row { get; private set; }

        /// <summary>Takes its digit of a choice's number, and leaves the rest.</summary>
        public long Choose(long choice)
        {
            Row = Rows![(int)(choice % Rows.Count)];
            return choice / Rows.Count;
        }
    }
}
