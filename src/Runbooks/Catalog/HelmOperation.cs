using System.Text.Json.Serialization;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Catalog;

public abstract partial record Operation
{
    /// <summary>Upgrades a Helm release, or installs it, and waits until it is up: by the <c>helm</c> program.</summary>
    /// <param name="Chart">As helm takes it: <c>oci://…</c>, <c>repository/name</c> or a path.</param>
    /// <param name="ChartVersion">Null = the newest.</param>
    /// <param name="Values">A JSON object that is given beside the chart's own values.</param>
    /// <param name="Limit">How long helm may take.</param>
    public sealed record Helm(string Release, string Chart, string? ChartVersion, string Values, TimeSpan Limit) : Operation
    {
        public override string Kind => "helm";
        public override string Title => $"Upgrade {Release} by Helm";

        [JsonIgnore]
        public string ChartInWords => ChartVersion is null ? Chart : $"{Chart} {ChartVersion}";

        public override string Says() => $"helm upgrade --install {Release} with the chart {ChartInWords}{(Values == "{}" ? "" : $" and {Values}")}, and wait until it is up, {Words.Duration(Limit)} at most";

        public override Operation Filled(Func<string, string> fill) => this with { Release = fill(Release), Chart = fill(Chart), ChartVersion = ChartVersion is null ? null : fill(ChartVersion), Values = Jobs.Fill(Values, fill) };

        public override string Undone() => "helm rollback to the revision that it had; what was not there before is uninstalled";
    }
}
