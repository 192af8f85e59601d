using System.Net;
using System.Net.Mail;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Smtp;

/// <summary>Sends e-mail over SMTP (RFC 5321), by the framework's own client.</summary>
/// <remarks>One connection for each e-mail: there are few. The server's 4xx and silence are for later, its 5xx are final.</remarks>
internal sealed partial class SmtpMailer(IOptionsMonitor<SmtpOptions> options, ILogger<SmtpMailer> logger) : IMailer
{
    public async Task<Outcome<Nothing>> SendAsync(Mail mail, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var current = options.CurrentValue;
        if (!MailAddress.TryCreate(mail.To, out _)) return Never("mail-address", $"{mail.To} is no address that e-mail can be sent to.", "Write it as name@example.com.");
        using var client = new SmtpClient(current.Host, current.Port) { EnableSsl = current.StartTls, DeliveryFormat = SmtpDeliveryFormat.SevenBit };
        if (current.User.Length > 0) client.Credentials = new NetworkCredential(current.User, current.Password);
        using var letter = SmtpLetter.Of(mail, new MailAddress(current.From));

        // Once it is on its way it is waited for, also while the process stops: given up half way, it would be sent once more.
        using var limit = new CancellationTokenSource(current.Timeout);
        try
        {
            await client.SendMailAsync(letter, limit.Token);
            Log.Sent(logger, mail.Topic);
            return new Outcome<Nothing>.Done(Nothing.Value);
        }
        catch (OperationCanceledException)
        {
            return new Outcome<Nothing>.Later($"The mail server {current.Host} did not answer within {Words.Duration(current.Timeout)}.");
        }
        catch (SmtpException fault)
        {
            Log.Refused(logger, current.Host, fault.StatusCode, fault.InnerException?.GetType().Name ?? "nothing else");
            return Judge(fault, current.Host);
        }
    }

    private static Outcome<Nothing> Judge(SmtpException fault, string host)
    {
        if (fault.StatusCode == SmtpStatusCode.GeneralFailure) return new Outcome<Nothing>.Later($"The mail server {host} can't be spoken to: {Line((fault.InnerException ?? fault).Message)}");
        var said = $"The mail server {host} said {(int)fault.StatusCode}: {Line(fault.Message)}";
        return (int)fault.StatusCode < 500 ? new Outcome<Nothing>.Later(said) : Never("mail-refused", said, (int)fault.StatusCode is 530 or 535 ? "Check Smtp:User and Smtp:Password." : "Check the address, and what the server lets Smtp:From send.");
    }

    private static Outcome<Nothing> Never(string code, string why, string next) => new Outcome<Nothing>.Never(new Fault(code, why, next));

    /// <summary>What a server says goes onto a card: one line of it, cut.</summary>
    private static string Line(string text)
    {
        var line = string.Concat(text.Select(sign => char.IsControl(sign) ? ' ' : sign)).Trim();
        return (line.Length > 200 ? line[..199] + "…" : line).TrimEnd('.') + ".";
    }

    private static partial class Log
    {
        [LoggerMessage(800, LogLevel.Information, "Sent an e-mail about {Topic}")]
        public static partial void Sent(ILogger logger, string topic);

        [LoggerMessage(801, LogLevel.Warning, "The mail server {Host} did not take an e-mail ({Status}; {Problem})")]
        public static partial void Refused(ILogger logger, string host, SmtpStatusCode status, string problem);
    }
}
