using System.Collections.Immutable;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;
using YamlDotNet.RepresentationModel;

namespace ChatOps.Runbooks.Language;

/// <summary>Reads what a release train says.</summary>
internal static class TrainReader
{
    public static Train Read(StepId id, string title, MappingReader reader, Findings findings)
    {
        var services = Services(reader, findings);
        var version = reader.Said("version");
        if (version is null && services.FirstOrDefault(one => one.Version is null && IsPlain(one.Name)) is { } without)
            findings.Error(reader.File, reader.LineOf("services"), "version-missing", $"Which version {(without.Name == ServiceAt.All ? "they go" : $"{without.Name} goes")} to is not said.", null, $"Write version: for all, or {without.Name}=VERSION.");
        return new Train(id, title, services, version, reader.Said("runbook"), reader.Number("at-once"));
    }

    /// <summary>The runbook that a train names, when it is written out.</summary>
    public static string? RunbookOf(Step step) => step is Train { Runbook: { } name } && IsPlain(name) ? name : null;

    /// <summary>Whether a name stands there itself, rather than an input that fills it in.</summary>
    public static bool IsPlain(string name) => !name.Contains('{', StringComparison.Ordinal);

    private static ImmutableArray<ServiceAt> Services(MappingReader reader, Findings findings)
    {
        if (reader.Node("services") is YamlMappingNode)
        {
            // A name without a version takes the train's.
            var each = ImmutableArray.CreateBuilder<ServiceAt>();
            foreach (var (key, value) in ((YamlMappingNode)reader.Node("services")!).Children)
            {
                if (key is YamlScalarNode { Value: { Length: > 0 } name } && value is YamlScalarNode scalar) each.Add(new ServiceAt(name, scalar.Value is { Length: > 0 } version and not ("~" or "null") ? version : null));
                else findings.Error(reader.File, key.Start.Line, "bad-value", "Each of services needs a version.", null, "Write services: { orders: v2, web: v7 }");
            }

            return each.ToImmutable();
        }

        if (reader.IsEmptyList("services")) findings.Error(reader.File, reader.LineOf("services"), "missing-value", "services names no service.", null, "Write services: [orders, web], or all.");

        // What is written out is taken apart now, so that it can be checked; what an input fills in, when it is planned.
        return [.. reader.Texts("services").SelectMany(one => IsPlain(one.Text) ? new ServiceAt(one.Text, null).Filled(text => text) : [new ServiceAt(one.Text, null)])];
    }
}
