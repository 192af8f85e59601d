using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Calendar;
using ChatOps.Runbooks.Catalog;
using YamlDotNet.RepresentationModel;

namespace ChatOps.Runbooks.Language;

/// <summary>Reads a file of <c>services/</c>.</summary>
internal static class ServiceReader
{
    /// <param name="zone">The one meant where a window names none.</param>
    public static Service? Read(string file, YamlMappingNode root, Zone zone, Findings findings)
    {
        var reader = new MappingReader(file, root, Spot.Of(root.Start), ServiceShapes.Service, findings);
        var name = reader.Text("service");
        if (string.IsNullOrEmpty(name))
        {
            if (name is not null) findings.Error(file, reader.LineOf("service"), "bad-value", "service needs a name.", null, "Write one word after service:.");
            return null;
        }

        if (findings.Remember($"service:{name}", file, reader.LineOf("service")) is { } before)
            findings.Error(file, reader.LineOf("service"), "duplicate-name", $"There are two services {name}.", $"The other is in {before.File}, line {before.Line}.", "Rename one, or put their environments together.");
        foreach (var (text, line) in reader.Texts("depends-on")) findings.Remember($"service:{name}:depends-on:{text}", file, line);
        foreach (var (text, line) in reader.Texts("owners")) findings.Remember($"service:{name}:owners:{text}", file, line);
        var environments = reader.Named("environments").Select(one => Environment(name, one.Name, one.Line, one.Value, zone, findings)).OfType<ServiceEnvironment>();
        return new Service(
            name, reader.Text("repository"), [.. reader.Texts("owners").Select(owner => new GroupName(owner.Text))], NonEmpty(reader.Text("channel")),
            [.. reader.Texts("depends-on").Select(one => one.Text)], [.. environments])
        {
            Teams = NonEmpty(reader.Text("teams")),
            Tell = Tell(name, reader, findings),
        };
    }

    private static Tells? Tell(string service, MappingReader reader, Findings findings)
    {
        if (reader.Mapping("tell") is not { } tell) return null;
        var github = tell.Texts("github");
        foreach (var (text, line) in github.Where(one => !Tells.OfGitHub.Contains(one.Text)))
            findings.Error(tell.File, line, "bad-value", $"GitHub can't be told \"{MappingReader.Cut(text)}\".", null, Lint.Meant(text, Tells.OfGitHub));
        if (!github.IsEmpty && string.IsNullOrEmpty(reader.Text("repository")))
            findings.Error(tell.File, tell.LineOf("github"), "repository-missing", $"GitHub is to be told of {service}, and it is not said in which repository.", null, "Write repository: owner/name.");
        if (tell.Has("sentry-release") && !tell.Has("sentry"))
            findings.Error(tell.File, tell.LineOf("sentry-release"), "project-missing", "sentry-release is there, but no sentry.", "A release belongs to a project.", "Write sentry: with the project's slug.");
        return new Tells([.. github.Select(one => one.Text)], NonEmpty(tell.Text("sentry")), NonEmpty(tell.Text("sentry-release")) ?? "{version}", tell.Flag("datadog"), tell.Flag("pagerduty"));
    }

    private static ServiceEnvironment? Environment(string service, string name, Spot line, MappingReader? reader, Zone zone, Findings findings)
    {
        if (reader is null)
        {
            findings.Unread($"environments of {service}");
            findings.Unread("environments");
            return null;
        }

        if (findings.Remember($"service:{service}/{name}", reader.File, line) is { } before && before.File == reader.File)
            findings.Error(reader.File, line, "duplicate-name", $"{service} has two environments {name}.", $"The other is in line {before.Line}.", "Rename one.");
        foreach (var key in reader.Keys) findings.Remember($"service:{service}/{name}:{key}", reader.File, reader.LineOf(key));
        if (Target(service, name, line, reader, findings) is not { } target)
        {
            findings.Unread($"environments of {service}");
            findings.Unread("environments");
            return null;
        }

        return new ServiceEnvironment(
            name, NonEmpty(reader.Text("after")), reader.Flag("protected"), target, [.. reader.Mappings("health").Select(one => Probe(one, findings)).OfType<HealthProbe>()],
            NonEmpty(reader.Text("runbook")) ?? "default")
        {
            AfterFor = reader.Duration("for"),
            Preview = [.. reader.Mappings("preview").Select(one => Probe(one, findings)).OfType<HealthProbe>().Select(probe => probe with { Preview = true })],
            Windows = WindowReader.ReadAll(reader, "windows", zone, findings),
            Gates = GateReader.ReadAll(service, name, reader, findings),
        };
    }

    private static Target? Target(string service, string environment, Spot line, MappingReader reader, Findings findings)
    {
        var (kubernetes, simulated) = (reader.Mapping("kubernetes"), reader.Mapping("simulated"));
        switch (kubernetes, simulated)
        {
            case (not null, not null):
                findings.Error(reader.File, reader.LineOf("simulated"), "two-targets", $"{environment} runs in two places.", null, "Keep kubernetes: or simulated:, not both.");
                return null;
            case (null, null) when !reader.Has("kubernetes") && !reader.Has("simulated"):
                findings.Error(reader.File, line, "no-target", $"It is not said where {service} runs in {environment}.", null, "Write kubernetes: { cluster, namespace, deployment, image }, or simulated: {}.");
                return null;
            case (not null, _):
                var named = Workload(kubernetes, findings);      // first, so that whatever else is missing is said beside it
                return named is var (kind, workload) && kubernetes.Text("cluster") is { Length: > 0 } cluster && kubernetes.Text("namespace") is { Length: > 0 } ns && kubernetes.Text("image") is { Length: > 0 } image
                    ? new Target.Kubernetes(cluster, ns, workload, Untagged(kubernetes, image, findings), NonEmpty(kubernetes.Text("container")))
                    {
                        Kind = kind,
                        Service = NonEmpty(kubernetes.Text("service")),
                        PreviewService = NonEmpty(kubernetes.Text("preview")),
                        Colours = Colours(kubernetes, findings),
                        Traffic = Traffic(kubernetes, findings),
                    }
                    : null;
            case (_, not null):
                return new Target.Simulated($"{service}/{environment}", simulated.Number("replicas"), NonEmpty(simulated.Text("version")) ?? ServiceShapes.Simulated.Find("version")!.Default!);
            default:
                return null;
        }
    }

    /// <summary>Which workload is meant; null when none is, or more than one.</summary>
    private static (WorkloadKind Kind, string Name)? Workload(MappingReader reader, Findings findings)
    {
        var named = ServiceShapes.Workloads.Select(key => (Kind: Enum.Parse<WorkloadKind>(key, ignoreCase: true), Key: key)).Where(one => reader.Has(one.Key)).ToList();
        switch (named)
        {
            case []:
                findings.Error(reader.File, reader.Line, "missing-key", "A kubernetes needs deployment, statefulset or daemonset.", "It is the name of what is deployed to.", "Write deployment: api");
                return null;
            case [_, var second, ..]:
                findings.Error(reader.File, reader.LineOf(second.Key), "two-targets", $"{named[0].Key} and {second.Key} are both there.", "One is deployed to.", "Keep one of them, and give the other a service of its own.");
                return null;
        }

        var (kind, word) = named[0];
        foreach (var key in (string[])["service", "colours", "preview", "traffic"])
        {
            if (kind != WorkloadKind.Deployment && reader.Has(key)) findings.Error(reader.File, reader.LineOf(key), "key-unfit", $"A {word} has no {key}.", "There is one of it: nothing is brought up beside.", "Take it out.");
        }

        if (reader.Text(word) is { Length: > 0 } name) return (kind, name);
        findings.Error(reader.File, reader.LineOf(word), "missing-value", $"{word} has nothing after it.", null, $"Write {word}: with its name.");
        return null;
    }

    private static Traffic? Traffic(MappingReader kubernetes, Findings findings)
    {
        if (kubernetes.Mapping("traffic") is not { } reader) return null;
        TrafficMeans? by = reader.Text("by") switch { "gateway" => TrafficMeans.Gateway, "nginx" => TrafficMeans.Nginx, "replicas" => TrafficMeans.Replicas, _ => null };
        foreach (var key in (string[])["route", "stable", "canary"])
        {
            if (by == TrafficMeans.Replicas && reader.Has(key)) findings.Error(reader.File, reader.LineOf(key), "key-unfit", $"Traffic by replicas has no {key}.", "Each pod gets as much as the next.", "Take it out, or write by: gateway.");
        }

        return new Traffic(by, NonEmpty(reader.Text("route")), NonEmpty(reader.Text("stable")), NonEmpty(reader.Text("canary")));
    }

    private static Pair? Colours(MappingReader reader, Findings findings)
    {
        foreach (var key in (string[])["colours", "preview"])
        {
            if (reader.Has(key) && !reader.Has("service"))
                findings.Error(reader.File, reader.LineOf(key), "service-missing", $"{key} is there, but no service.", "Which of the two carries traffic is what a Service's selector says.", "Write service: with the Service's name.");
        }

        if (!reader.Has("colours")) return null;
        if (reader.Texts("colours") is [var first, var second] && first.Text != second.Text && Lint.IsName(first.Text) && Lint.IsName(second.Text)) return new Pair(first.Text, second.Text);
        findings.Error(reader.File, reader.LineOf("colours"), "bad-value", "colours needs two different names.", null, "Write colours: [blue, green].");
        return null;
    }

    private static string Untagged(MappingReader reader, string image, Findings findings)
    {
        if (image.Contains('@', StringComparison.Ordinal) || image.LastIndexOf(':') > image.LastIndexOf('/'))
            findings.Error(reader.File, reader.LineOf("image"), "image-tagged", $"The image {image} has a tag.", "A version becomes its tag.", "Leave the tag out.");
        return image;
    }

    private static HealthProbe? Probe(MappingReader reader, Findings findings)
    {
        var text = reader.Text("url");
        if (string.IsNullOrEmpty(text)) return null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            findings.Error(reader.File, reader.LineOf("url"), "bad-address", $"\"{text}\" is not an http or https address.", null, "Write the whole address: https://api.example.com/health.");
            return null;
        }

        var expect = reader.Mapping("expect");
        return new HealthProbe(
            url, expect?.Number("status") ?? 200, expect?.NamedValues("json") ?? ImmutableSortedDictionary<string, string>.Empty,
            reader.Number("tries"), reader.Duration("interval"), reader.Duration("timeout"))
        {
            Headers = reader.Has("headers") ? reader.NamedValues("headers") : null,
        };
    }

    private static string? NonEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
