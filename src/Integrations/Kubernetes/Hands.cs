using System.Globalization;
using System.Text.Json;
using ChatOps.Runbooks.Catalog;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>Who changed a workload, as far as the API server's books tell.</summary>
internal static class Hands
{
    /// <summary>A sentence when what runs was not put there by the run that the marks name; null when it was, or nobody's marks are there.</summary>
    public static string? ByHand(KubernetesObject workload, ContainerImage container)
    {
        var meta = workload.Metadata;
        if (meta.Annotation(Marks.Version) is not { } marked) return null;
        var owner = OwnerOfImage(meta, container.Name);
        if (!Images.IsOf(container.Image, marked))
            return $"Not by a run: {Who(owner)} changed it to {Images.VersionOf(container.Image)}; run {meta.Annotation(Marks.Run)} had put {marked} there.";
        // An undo by hand brings the older run's marks back with its template; only the books tell it from that run.
        var ours = owner is null || owner.Manager == ClusterClient.Manager || meta.Annotation(Marks.Unchanged) is not null;
        return ours ? null : $"Not by a run: {Who(owner)} put {marked} back, which run {meta.Annotation(Marks.Run)} had put there before.";
    }

    /// <summary>A sentence about what took a change's place.</summary>
    public static string WhoReplaced(KubernetesObject workload, ContainerImage? container, Change change)
    {
        var meta = workload.Metadata;
        var now = container is null ? "" : $"; it now wants {Images.VersionOf(container.Image)}";
        var marks = Marks.RunOf(meta);
        if (!Marks.AreOf(meta, change) && marks is { } run && run != change.Run && container is not null && ByHand(workload, container) is null)
            return $"Run {run} ({meta.Annotation(Marks.By)}) changed {workload.Word} {meta.Name} meanwhile{now}.";
        if (!Marks.AreOf(meta, change) && marks == change.Run && (container is null || ByHand(workload, container) is null))
            return $"Run {change.Run} itself has changed {workload.Word} {meta.Name} since{now}.";
        return $"{char.ToUpperInvariant(workload.Word[0])}{workload.Word[1..]} {meta.Name} was changed by hand meanwhile, by {Who(container is null ? null : OwnerOfImage(meta, container.Name))}{now}.";
    }

    /// <summary>A sentence when traffic does not go where the last run sent it; null when it does, or no run ever sent it anywhere.</summary>
    public static string? SwitchedByHand(Service service, Deployment live) =>
        service.Metadata.Annotation(Marks.Live) is { } marked && marked != live.Metadata.Name
            ? $"Not by a run: {WhoSwitched(service)} switched the Service {service.Metadata.Name} to {live.Metadata.Name}; run {service.Metadata.Annotation(Marks.Run)} had switched it to {marked}."
            : null;

    /// <summary>Who set a Service's selector last.</summary>
    public static string WhoSwitched(Service service) => Who((service.Metadata.ManagedFields ?? [])
        .Where(m => m.FieldsV1.ValueKind == JsonValueKind.Object && m.FieldsV1.TryGetProperty("f:spec", out var spec) && spec.TryGetProperty("f:selector", out _))
        .OrderByDescending(m => m.Time).FirstOrDefault());

    /// <summary>Who changed an object last, other than the bot, in what it asks for or in what is written beside it.</summary>
    public static string WhoTouched(ObjectMeta meta) => Who((meta.ManagedFields ?? [])
        .Where(m => m.Subresource != "status" && m.Manager != ClusterClient.Manager).OrderByDescending(m => m.Time).FirstOrDefault());

    /// <summary>The manager that set the image last: among several, ours where it is one of them, else the latest.</summary>
    public static ManagedFields? OwnerOfImage(ObjectMeta meta, string container) => (meta.ManagedFields ?? [])
        .Where(m => Owns(m.FieldsV1, container))
        .OrderByDescending(m => m.Manager == ClusterClient.Manager)
        .ThenByDescending(m => m.Time)
        .FirstOrDefault();

    private static bool Owns(JsonElement fields, string container)
    {
        string[] path = ["f:spec", "f:template", "f:spec", "f:containers", $$"""k:{"name":"{{container}}"}""", "f:image"];
        var at = fields;
        foreach (var step in path)
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(step, out at)) return false;
        return true;
    }

    private static string Who(ManagedFields? owner) => owner switch
    {
        null or { Manager: null } => "somebody",
        { Time: { } time } => $"{owner.Manager} at {time.UtcDateTime.ToString("HH:mm 'UTC on' d MMMM", CultureInfo.InvariantCulture)}",
        _ => owner.Manager,
    };
}
