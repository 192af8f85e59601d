using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Runbooks.Catalog;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>The history of a StatefulSet or a DaemonSet.</summary>
/// <remarks>Source: kubectl's <c>polymorphichelpers/history.go</c> and <c>rollback.go</c>, 1.36.</remarks>
internal static class Revisions
{
    private const string Hash = "controller-revision-hash";

    public static IEnumerable<ControllerRevision> Of(PodSet set, IEnumerable<ControllerRevision> all) => all.Where(one => one.Metadata.IsControlledBy(set.Metadata.Uid));

    /// <summary>The revision of what the set asks for now; null until the controller has seen it.</summary>
    public static ControllerRevision? Now(PodSet set, IEnumerable<ControllerRevision> history) => set.IsObserved()
        ? history.Where(one => Images.SameTemplate(TemplateOf(one), set.Asks().Template)).MaxBy(one => one.Revision)
        : null;

    /// <summary>The revision asked for, where it runs the version, else the newest that ran it; null when it is gone.</summary>
    /// <remarks>A revision that was gone back to has a new number and forgets the old one, and a set that was made anew counts from 1 again: a number alone may be another's.</remarks>
    /// <param name="version">Empty = the number alone counts.</param>
    public static ControllerRevision? Choose(IReadOnlyCollection<ControllerRevision> history, Target.Kubernetes target, string version, long? toRevision) =>
        history.FirstOrDefault(one => one.Revision == toRevision && (version.Length == 0 || Runs(one, target, version)))
        ?? history.OrderByDescending(one => one.Revision).FirstOrDefault(one => Runs(one, target, version));

    /// <summary>Whether pods of a revision run a version.</summary>
    public static bool Runs(ControllerRevision revision, Target.Kubernetes target, string version) => Images.Find(TemplateOf(revision), target) is { } container && Images.IsOf(container.Image, version);

    /// <summary>What pods of a revision carry as <c>controller-revision-hash</c>: a StatefulSet's the revision's whole name, a DaemonSet's its hash alone.</summary>
    public static string? LabelOf(PodSet set, ControllerRevision revision) => set is StatefulSet ? revision.Metadata.Name : revision.Metadata.Labels?.GetValueOrDefault(Hash);

    public static string? LabelOf(Pod pod) => pod.Metadata.Labels?.GetValueOrDefault(Hash);

    public static JsonElement TemplateOf(ControllerRevision revision) =>
        revision.Data.ValueKind == JsonValueKind.Object && revision.Data.TryGetProperty("spec", out var spec) && spec.TryGetProperty("template", out var template) ? template : default;

    /// <summary>The patch that brings the set back to a revision, as kubectl sends it.</summary>
    public static JsonObject PatchOf(ControllerRevision revision) => JsonNode.Parse(revision.Data.GetRawText())!.AsObject();

    public static string Known(IEnumerable<ControllerRevision> history) =>
        string.Join(", ", history.Select(one => one.Revision).Order()) is { Length: > 0 } known ? known : "none";
}
