using System.Diagnostics;
using System.Text.Json.Nodes;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;
using Shouldly;

namespace ChatOps.Integrations.Tests.Kubernetes;

/// <summary>Walks an operation as the worker does.</summary>
internal static class OperationBed
{
    public static async Task<Foresight> ForeseeAsync(this Bed bed, Operation operation) => Bed.Done(await bed.Operations.ForeseeAsync(Bed.Api, operation, default));

    public static async Task<string> MakeAsync(this Bed bed, Operation operation, string? before, string key = "128/s3/1") =>
        Bed.Done(await bed.Operations.MakeAsync(Bed.Api, Bed.To("v1.2.3", key), operation, before, _ => Task.CompletedTask, default));

    public static async Task<Outcome<string>> TryAsync(this Bed bed, Operation operation, string? before, string key = "128/s3/1") =>
        await bed.Operations.MakeAsync(Bed.Api, Bed.To("v1.2.3", key), operation, before, _ => Task.CompletedTask, default);

    public static async Task<OperationSighting> SettledAsync(this Bed bed, Operation operation, string? before = null)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            bed.Cluster.Advance();
            var seen = Bed.Done(await bed.Operations.ObserveAsync(Bed.Api, operation, before, null, TimeSpan.Zero, default));
            if (seen.Phase != OperationPhase.Progressing) return seen;
            Stopwatch.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(20), $"still {seen}");
        }
    }

    public static Operation.TakeBack Back(this Operation operation, Foresight noted) => new(operation, noted.Before!);

    public static JsonObject Config(this Bed bed, string name = "flags") => bed.Cluster.Find("configmaps", "shop", name).ShouldNotBeNull();

    public static ObjectRef Of(string text) => ObjectKinds.Read(text).ShouldNotBeNull();
}
