namespace ChatOps.Integrations.Helm;

/// <summary>The section <c>Helm</c>.</summary>
internal sealed class HelmOptions
{
    public const string Section = "Helm";

    /// <summary>The program: a name that is looked up on PATH, or a path.</summary>
    public string Program { get; set; } = "helm";
}
