using System.Text.Json.Nodes;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;
using Shouldly;

namespace ChatOps.Integrations.Tests.Kubernetes;

/// <summary>Walks an operation as the worker does.</summary>
internal static class OperationBed
{
    public static async Task<Foresight> ForeseeAsync(this ClusterBed bed, Operation operation) => Bed.Done(await bed.Operations.ForeseeAsync(bed.Own, operation, default));

    public static async Task<string> MakeAsync(this ClusterBed bed, Operation operation, string? before, string key = "128/s3/1") => Bed.Done(await bed.TryAsync(operation, before, key));

    public static async Task<Outcome<string>> TryAsync(this ClusterBed bed, Operation operation, string? before, string key = "128/s3/1") =>
        await bed.Operations.MakeAsync(bed.Own, Bed.To("v1.2.3", key), operation, before, _ => Task.CompletedTask, default);

    public static Operation.TakeBack Back(this Operation operation, Foresight noted) => new(operation, noted.Before!);

    public static JsonObject Config(this Bed bed, string name = "flags") => bed.Cluster.Find("configmaps", "shop", name).ShouldNotBeNull();

    public static ObjectRef Of(string text) => ObjectKinds.Read(text).ShouldNotBeNull();
}
