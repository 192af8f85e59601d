using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Steps;

namespace ChatOps.Runbooks.Language;

/// <summary>A file of the configuration folder.</summary>
/// <param name="File">Relative to the folder, with forward slashes: <c>services/api.yaml</c>.</param>
public sealed record SourceFile(string File, string Text);

/// <summary>Reads the configuration folder: all of it is right, or everything that is wrong is said at once.</summary>
public static class ConfigurationReader
{
    /// <summary>The configuration, or null when anything in it is an error; and all findings, by file and line.</summary>
    public static (Configuration? Configuration, ImmutableArray<Finding> Findings) Read(IEnumerable<SourceFile> files)
    {
        var findings = new Findings();
        var services = ImmutableArray.CreateBuilder<Service>();
        var runbooks = ImmutableArray.CreateBuilder<Runbook>();
        AccessRules? access = null;
        foreach (var file in files.OrderBy(file => file.File, StringComparer.Ordinal))
        {
            foreach (var root in Yaml.Read(file.File, file.Text, findings))
            {
                if (file.File.StartsWith("services/", StringComparison.Ordinal) && ServiceReader.Read(file.File, root, findings) is { } service) services.Add(service);
                else if (file.File.StartsWith("runbooks/", StringComparison.Ordinal) && RunbookReader.Read(file.File, root, findings) is { } runbook) runbooks.Add(runbook);
                else if (file.File == "access.yaml")
                {
                    if (access is not null) findings.Error(file.File, root.Start.Line, "duplicate-name", "There are two documents in access.yaml.", "Only one can say who may do what.", "Put them together.");
                    access ??= AccessReader.Read(file.File, root, findings);
                }
            }
        }

        var readable = !findings.AnyError;
        if (access is null && readable)
            findings.Error("access.yaml", 1, "access-missing", "There is no access.yaml.", "Without it nobody may do anything.", "Write groups: and may:.");
        if (services.Count == 0 && readable)
            findings.Error("services", 1, "services-missing", "There is no service.", null, "Write a file in services/.");

        var read = new Configuration(services.ToImmutable(), runbooks.ToImmutable(), access ?? AccessRules.Empty);
        Lint.Look(read, findings);
        return (findings.AnyError ? null : read, findings.Sorted);
    }
}
