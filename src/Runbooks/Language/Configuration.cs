using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Calendar;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Steps;

namespace ChatOps.Runbooks.Language;

/// <summary>Everything the configuration folder says, read and checked: swapped whole or not at all.</summary>
public sealed record Configuration(ImmutableArray<Service> Services, ImmutableArray<Runbook> Runbooks, AccessRules Access)
{
    /// <summary>When things may change; without a <c>calendar.yaml</c>, nothing stands against it.</summary>
    public ChangeCalendar Calendar { get; init; } = ChangeCalendar.Empty;

    public Overrides Overrides { get; init; } = Overrides.None;

    public Service? Service(string name) => Services.FirstOrDefault(s => string.Equals(s.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Of <see cref="Runbooks"/>, the names of those that the folder does not have and the library does.</summary>
    public ImmutableArray<string> Borrowed { get; init; } = [];

    /// <summary>The library's runbooks that nothing in the folder names: they can still be started by their name, and be suggested.</summary>
    public ImmutableArray<Runbook> Shelf { get; init; } = [];

    public Runbook? Runbook(string name) => Runbooks.Concat(Shelf).FirstOrDefault(r => string.Equals(r.Name, name, StringComparison.OrdinalIgnoreCase));
}

/// <summary>Something wrong, or worth a second look, in a file of the configuration.</summary>
/// <param name="File">Relative to the configuration folder.</param>
/// <param name="Line">From 1.</param>
/// <param name="Code">Stable: <c>unknown-key</c>, <c>runbook-unknown</c>, <c>approval-missing</c>.</param>
/// <param name="What">What is there.</param>
/// <param name="Why">Why that matters; null where <paramref name="What"/> says it.</param>
/// <param name="Mend">What to write instead.</param>
public sealed record Finding(string File, int Line, bool Error, string Code, string What, string? Why, string? Mend)
{
    public override string ToString() =>
        $"{File}:{Line}: {(Error ? "error" : "warning")} {Code}: {What}{(Why is null ? "" : $" {Why}")}{(Mend is null ? "" : $" {Mend}")}";
}
