namespace ChatOps.Bot.Settings;

/// <summary>Where settings come from beyond the usual: files under <c>/run/secrets</c>, and for any key a file named by <c>…File</c>.</summary>
internal static class Secrets
{
    private const string Mounted = "/run/secrets";

    /// <summary>Keys that may hold a secret: each can be given as <c>KeyFile</c> instead, with the path of a file that holds it.</summary>
    private static readonly string[] Keys =
    [
        "ChatOps:Database", "ChatOps:LinkKey", "Slack:SigningSecret", "Slack:PreviousSigningSecret", "Slack:BotToken", "Slack:AppToken", "Slack:ClientSecret", "Teams:AppPassword", "GitHub:Token", "GitHub:PrivateKey",
        "GitHub:WebhookSecret", "Prometheus:Token", "Datadog:ApiKey", "Datadog:AppKey", "Sentry:Token", "Sentry:ClientSecret", "PagerDuty:RoutingKey", "PagerDuty:WebhookSecret", "Alertmanager:Token", "Alertmanager:ApiToken",
        "Console:Slack:ClientSecret", "Console:Entra:ClientSecret",
        "Datadog:WebhookToken", "Grafana:WebhookSecret", "Grafana:Token", "PagerDuty:ApiToken", "Smtp:Password",
    ];

    /// <summary>Adds the mounted secrets, then everything that a …File setting names.</summary>
    /// <param name="faults">What could not be read: the key and why, never a content.</param>
    public static void AddSecrets(this ConfigurationManager configuration, List<string> faults)
    {
        if (Directory.Exists(Mounted)) configuration.AddKeyPerFile(Mounted, optional: true);
        var read = new Dictionary<string, string?>();
        var perRegistry = configuration.GetSection("Registries").GetChildren().Select(registry => $"{registry.Path}:Password");
        foreach (var key in Keys.Concat(perRegistry))
        {
            if (configuration[key + "File"] is not { Length: > 0 } file) continue;
            try
            {
                read[key] = File.ReadAllText(file).TrimEnd('\r', '\n');
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                faults.Add($"{key}File: {file} can't be read ({fault.GetType().Name}).");
            }
        }

        configuration.AddInMemoryCollection(read);
    }
}
