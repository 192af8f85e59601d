using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Catalog;

public abstract partial record Operation
{
    /// <summary>Applies manifests by server-side apply, in waves of kinds, and waits until what they make is up.</summary>
    /// <param name="Folder">Of the configuration's <c>manifests/</c>, by name; or a folder of the service's repository.</param>
    /// <param name="Digest">Of what the folder held when this was read; null for a repository's, which the version says.</param>
    /// <param name="Objects">What it holds, in words, for the plan; empty for a repository's.</param>
    /// <param name="Force">Fields that others own are taken from them, where the settings permit it.</param>
    /// <param name="Prune">Kinds, by their words, of which what was applied before and is no more in the folder is deleted.</param>
    /// <param name="Until">What is waited for: <c>rollout</c>, <c>jobs</c>, <c>KIND/NAME condition=NAME</c>.</param>
    public sealed record Apply(string Folder, string? Digest, ImmutableArray<string> Objects, bool Force, ImmutableArray<string> Prune, ImmutableArray<string> Until) : Operation
    {
        public static readonly ImmutableArray<string> UsualUntil = ["rollout", "jobs"];

        /// <summary>What placeholders in it are filled with, once planned.</summary>
        public ImmutableSortedDictionary<string, string> Fills { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

        /// <summary>The service's repository, once planned; null = it has none.</summary>
        public string? Repository { get; init; }

        /// <summary>What marks objects as applied by this: the same for every version.</summary>
        public string Set { get; init; } = "";

        /// <summary>The manifests, as a JSON array with everything filled in, while it is done. Never written down: they may hold secrets.</summary>
        [JsonIgnore]
        public string? Manifests { get; init; }

        /// <summary>Whether they are from the service's repository at the version, rather than from the configuration.</summary>
        [JsonIgnore]
        public bool IsFromRepository => Digest is null;

        public override string Kind => "apply";
        public override string Title => $"Apply {Folder}";

        public override string Says() => (IsFromRepository ? $"apply the manifests in {Folder} of the repository at {{version}}" : $"apply manifests/{Folder} ({Digest![..8]}): {Words.List(Objects)}").Replace("{version}", Fills.GetValueOrDefault("version", "{version}"), StringComparison.Ordinal)
            + (Force ? ", taking fields from whoever owns them" : "")
            + (Prune.IsEmpty ? "" : $", deleting what was applied before and is gone from it ({Words.List(Prune)})")
            + (Until.IsEmpty ? "" : $", and wait for {Words.List(Until)}");

        public override Operation Filled(Func<string, string> fill) => this with { Folder = fill(Folder) };

        public override string Undone() => "applying what this bot had applied before, and deleting what this made; Secrets, and kinds that hold data, are left";

        /// <summary>A text with what was planned filled in.</summary>
        public string Fill(string text) => Fills.Aggregate(text, (filled, one) => filled.Replace($"{{{one.Key}}}", one.Value, StringComparison.Ordinal));
    }
}
