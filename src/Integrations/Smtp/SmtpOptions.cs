using System.Net.Mail;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Smtp;

/// <summary>Which mail server takes e-mails, and from whom they are.</summary>
public sealed class SmtpOptions
{
    public const string Section = "Smtp";

    /// <summary>The mail server. Without it no e-mail is sent.</summary>
    public string Host { get; set; } = "";

    public int Port { get; set; } = 587;

    /// <summary>The address that e-mails come from: <c>chatops@example.com</c>, or <c>ChatOps &lt;chatops@example.com&gt;</c>.</summary>
    public string From { get; set; } = "";

    public string User { get; set; } = "";

    public string Password { get; set; } = "";

    /// <summary>Whether the connection has to be made secret by STARTTLS before anything is said. A server without it gets nothing then.</summary>
    public bool StartTls { get; set; } = true;

    /// <summary>How long one e-mail may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(20);
}

/// <summary>Judges the settings at start: all faults at once, each with its key.</summary>
internal sealed class SmtpOptionsCheck : IValidateOptions<SmtpOptions>
{
    public ValidateOptionsResult Validate(string? name, SmtpOptions options)
    {
        if (options.Host.Length == 0) return ValidateOptionsResult.Success;
        var faults = new List<string>();
        if (Uri.CheckHostName(options.Host) == UriHostNameType.Unknown) faults.Add("Smtp:Host must be a host's name or address, without a scheme or a port.");
        if (options.Port is < 1 or > 65535) faults.Add("Smtp:Port must be from 1 to 65535.");
        if (options.Port == 465) faults.Add("Smtp:Port can't be 465: TLS from the first byte is not spoken. Use the port for STARTTLS, mostly 587.");
        if (!MailAddress.TryCreate(options.From, out _)) faults.Add("Smtp:From must be the address that e-mails come from, like chatops@example.com.");
        if (options.User.Length > 0 && options.Password.Length == 0) faults.Add("Smtp:Password (or Smtp:PasswordFile) must be set where Smtp:User is.");
        if (options is { User.Length: > 0, StartTls: false } && !IsHere(options.Host)) faults.Add("Smtp:StartTls can't be false where Smtp:User is set: the password would be read on the way.");
        if (options.Timeout <= TimeSpan.Zero || options.Timeout > TimeSpan.FromMinutes(2)) faults.Add("Smtp:Timeout must be more than nothing and at most two minutes.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static bool IsHere(string host) => host is "localhost" || (System.Net.IPAddress.TryParse(host, out var address) && System.Net.IPAddress.IsLoopback(address));
}
