using System.Collections.Immutable;
using System.Net.Sockets;
using System.Text;
using ChatOps.Integrations.Http;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Smtp;

/// <summary>Whether the mail server says hello and offers what the settings want of it. Nothing is sent, and no password is said.</summary>
/// <remarks>Source: RFC 5321 sections 3.1, 3.2 and 4.2 (greeting, EHLO, replies of several lines), RFC 3207 (STARTTLS).</remarks>
internal sealed class SmtpCheckUp(IOptions<SmtpOptions> options) : ICheckUp
{
    private const int LongestLine = 1_000, MostLines = 100;

    public string System => "E-mail";

    public async Task<ImmutableArray<Symptom>> LookAsync(CancellationToken cancellationToken)
    {
        var current = options.Value;
        if (current.Host.Length == 0) return [new Symptom(System, "server", Health.Off, "No mail server is set: no e-mail is sent.", "Set Smtp:Host and Smtp:From (docs/settings.md).")];
        try
        {
            return [Judge(current, await OffersAsync(current, cancellationToken))];
        }
        catch (Exception fault) when (fault is SocketException or IOException)
        {
            return [new Symptom(System, "server", Health.Bad, $"The mail server {current.Host}:{current.Port} can't be spoken to.", "Check Smtp:Host and Smtp:Port, and whether this machine may reach it.")];
        }
    }

    private Symptom Judge(SmtpOptions current, IReadOnlyCollection<string>? offers) => offers switch
    {
        null => new Symptom(System, "server", Health.Bad, $"What answers at {current.Host}:{current.Port} does not welcome as a mail server does.", "Check Smtp:Host and Smtp:Port."),
        _ when current.StartTls && !offers.Contains("STARTTLS") => new Symptom(System, "server", Health.Bad, $"{current.Host} offers no STARTTLS: it gets no e-mail.", "Use its port for STARTTLS, mostly 587 (Smtp:Port), or set Smtp:StartTls to false where the way there is yours."),
        _ => new Symptom(System, "server", Health.Good, $"{current.Host} takes mail{(current.StartTls ? " over STARTTLS" : "")}. Only an e-mail shows whether it takes it from {current.From}{(current.User.Length > 0 ? " and whether the password is right" : "")}."),
    };

    /// <summary>The first word of each thing that the server says it can; null when it does not say hello.</summary>
    private static async Task<IReadOnlyCollection<string>?> OffersAsync(SmtpOptions current, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(current.Host, current.Port, cancellationToken);
        var stream = client.GetStream();
        if (await ReplyAsync(stream, cancellationToken) is not ["220", ..]) return null;
        await stream.WriteAsync("EHLO localhost\r\n"u8.ToArray(), cancellationToken);
        if (await ReplyAsync(stream, cancellationToken) is not ["250", .. var offers]) return null;
        await stream.WriteAsync("QUIT\r\n"u8.ToArray(), cancellationToken);
        return offers;
    }

    /// <summary>The code of a reply, then the first word of each of its lines.</summary>
    private static async Task<string[]> ReplyAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        var words = new List<string>();
        for (var lines = 0; lines < MostLines; lines++)
        {
            var line = await LineAsync(stream, cancellationToken);
            if (line.Length < 3) return [];
            if (words.Count == 0) words.Add(line[..3]);
            words.Add(line.Length > 4 ? line[4..].Split(' ')[0].ToUpperInvariant() : "");
            if (line.Length == 3 || line[3] != '-') return [.. words];
        }

        return [];
    }

    private static async Task<string> LineAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        var (line, one) = (new StringBuilder(), new byte[1]);
        while (line.Length < LongestLine && await stream.ReadAsync(one, cancellationToken) == 1 && one[0] != '\n')
        {
            if (one[0] != '\r') line.Append((char)one[0]);
        }

        return line.ToString();
    }
}
