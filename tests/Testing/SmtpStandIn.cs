using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ChatOps.Testing;

/// <summary>A mail server on loopback: speaks SMTP (RFC 5321) with STARTTLS and AUTH, keeps what it takes, and fails as it is told to.</summary>
public sealed class SmtpStandIn : IAsyncDisposable
{
    private readonly ConcurrentQueue<KeptMail> mails = new();
    private readonly ConcurrentQueue<string> commands = new();
    private readonly CancellationTokenSource ended = new();
    private TcpListener? listener;
    private Task serving = Task.CompletedTask;
    private int connections;

    public int Port { get; private set; }

    /// <summary>With one, STARTTLS is offered.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Whom AUTH lets in, as <c>user:password</c>; null = it is not asked for.</summary>
    public string? Login { get; init; }

    /// <summary>What a command is answered with instead, by its first words: <c>RCPT TO:&lt;zoe@</c>. Once per entry of the queue.</summary>
    public ConcurrentQueue<(string Command, string Answer)> Answers { get; } = new();

    /// <summary>How many mails are taken whose connection then breaks before that is said.</summary>
    public int LoseAnswers { get; set; }

    /// <summary>Whether connections are taken and never spoken on.</summary>
    public bool IsSilent { get; set; }

    public IReadOnlyList<KeptMail> Mails => [.. mails];

    /// <summary>Every line that a client said, without the letters.</summary>
    public IReadOnlyList<string> Commands => [.. commands];

    public int Connections => Volatile.Read(ref connections);

    /// <summary>Listens; after <see cref="GoAway"/> at the same port again.</summary>
    public SmtpStandIn Start()
    {
        listener = new TcpListener(IPAddress.Loopback, Port);
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        serving = ServeAsync(listener);
        return this;
    }

    /// <summary>Nobody listens at the port any more.</summary>
    public void GoAway() => listener?.Stop();

    /// <summary>Waits for a mail that the test wants to see.</summary>
    public async Task<KeptMail> MailAsync(Func<KeptMail, bool> wanted, int seconds = 30)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ended.Token);
        patience.CancelAfter(TimeSpan.FromSeconds(seconds));
        while (true)
        {
            if (mails.FirstOrDefault(wanted) is { } found) return found;
            await Task.Delay(20, patience.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        listener?.Stop();
        await serving;
        ended.Dispose();
    }

    private async Task ServeAsync(TcpListener on)
    {
        while (!ended.IsCancellationRequested)
        {
            try
            {
                var client = await on.AcceptTcpClientAsync(ended.Token);
                Interlocked.Increment(ref connections);
                _ = TalkAsync(client);
            }
            catch (Exception stopped) when (stopped is OperationCanceledException or SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
        }
    }

    private async Task TalkAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                if (IsSilent) await Task.Delay(Timeout.Infinite, ended.Token);
                await new Session(this, client.GetStream()).TalkAsync(ended.Token);
            }
            catch (Exception broken) when (broken is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
            {
                // The client went away, or did not trust us.
            }
        }
    }

    /// <summary>One connection.</summary>
    private sealed class Session(SmtpStandIn server, Stream stream)
    {
        private Stream stream = stream;
        private bool secret, known;
        private string from = "";
        private readonly List<string> to = [];

        public async Task TalkAsync(CancellationToken cancellationToken)
        {
            await SayAsync("220 stand-in ESMTP");
            while (await LineAsync(cancellationToken) is { } line)
            {
                server.commands.Enqueue(line);
                if (server.Answers.TryPeek(out var instead) && line.StartsWith(instead.Command, StringComparison.OrdinalIgnoreCase) && server.Answers.TryDequeue(out _)) await SayAsync(instead.Answer);
                else if (!await AnswerAsync(line, cancellationToken)) return;
            }
        }

        private async Task<bool> AnswerAsync(string line, CancellationToken cancellationToken)
        {
            switch (line.Split(' ', 2)[0].ToUpperInvariant())
            {
                case "EHLO" or "HELO":
                    await SayAsync($"250-stand-in\r\n{(server.Certificate is null || secret ? "" : "250-STARTTLS\r\n")}{(server.Login is null ? "" : "250-AUTH LOGIN PLAIN\r\n")}250 SIZE 1000000");
                    break;
                case "STARTTLS" when server.Certificate is { } certificate:
                    await SayAsync("220 go on");
                    var tls = new SslStream(stream);
                    await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, cancellationToken);
                    (stream, secret) = (tls, true);
                    break;
                case "AUTH":
                    await SignInAsync(line, cancellationToken);
                    break;
                case "MAIL" when server.Certificate is not null && !secret:
                    await SayAsync("530 5.7.0 Must issue a STARTTLS command first");
                    break;
                case "MAIL" when server.Login is not null && !known:
                    await SayAsync("530 5.7.0 Authentication required");
                    break;
                case "MAIL":
                    from = Address(line);
                    to.Clear();
                    await SayAsync("250 ok");
                    break;
                case "RCPT" when from.Length > 0:
                    to.Add(Address(line));
                    await SayAsync("250 ok");
                    break;
                case "DATA" when to.Count > 0:
                    await SayAsync("354 go on, end with a dot");
                    return await TakeAsync(cancellationToken);
                case "RSET" or "NOOP":
                    await SayAsync("250 ok");
                    break;
                case "QUIT":
                    await SayAsync("221 bye");
                    return false;
                default:
                    await SayAsync("503 bad sequence of commands");
                    break;
            }

            return true;
        }

        private async Task<bool> TakeAsync(CancellationToken cancellationToken)
        {
            var text = new StringBuilder();
            while (await LineAsync(cancellationToken) is { } line && line != ".") text.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
            server.mails.Enqueue(new KeptMail(from, [.. to], text.ToString(), secret));
            if (server.LoseAnswers > 0)
            {
                server.LoseAnswers--;
                return false;
            }

            await SayAsync("250 taken");
            return true;
        }

        private async Task SignInAsync(string line, CancellationToken cancellationToken)
        {
            static string Read(string text) => Encoding.UTF8.GetString(Convert.FromBase64String(text));
            string said;
            if (line.Split(' ') is [_, var kind, var first] && kind.Equals("LOGIN", StringComparison.OrdinalIgnoreCase))
            {
                await SayAsync("334 UGFzc3dvcmQ6");
                said = $"{Read(first)}:{Read(await LineAsync(cancellationToken) ?? "")}";
            }
            else
            {
                said = Read(line.Split(' ')[^1]).TrimStart('\0').Replace('\0', ':');
            }

            known = said == server.Login;
            await SayAsync(known ? "235 welcome" : "535 5.7.8 Authentication credentials invalid");
        }

        private static string Address(string line) => line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..line.IndexOf('>', StringComparison.Ordinal)];

        private Task SayAsync(string line) => stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n")).AsTask();

        private async Task<string?> LineAsync(CancellationToken cancellationToken)
        {
            var line = new List<byte>();
            var one = new byte[1];
            while (await stream.ReadAsync(one, cancellationToken) == 1)
            {
                if (one[0] == '\n') return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
                if (line.Count > 10_000) throw new IOException("A line without an end.");
                line.Add(one[0]);
            }

            return null;
        }
    }
}

/// <summary>A mail that was taken.</summary>
/// <param name="Text">As it came: headers, a blank line, and its parts.</param>
public sealed record KeptMail(string From, IReadOnlyList<string> To, string Text, bool Secret)
{
    /// <summary>The values of a header, unfolded; each line that begins with its name is one.</summary>
    public IReadOnlyList<string> Headers(string name) =>
        [.. Text.Split("\r\n\r\n", 2)[0].Replace("\r\n ", " ", StringComparison.Ordinal).Replace("\r\n\t", " ", StringComparison.Ordinal).Split("\r\n").Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)).Select(line => line[(name.Length + 1)..].Trim())];

    public string Id => Headers("Message-ID").Single();

    /// <summary>The subject as it is shown: with its encoded words (RFC 2047) decoded.</summary>
    public string Subject => string.Concat(Headers("Subject").Single().Split(' ').Select(word => word.StartsWith("=?utf-8?B?", StringComparison.OrdinalIgnoreCase)
        ? Encoding.UTF8.GetString(Convert.FromBase64String(word[10..^2])) : $"{word} ")).TrimEnd();

    /// <summary>Everything that a reader sees, of all parts, decoded.</summary>
    public string Says => string.Join('\n', Parts());

    private IEnumerable<string> Parts()
    {
        foreach (var part in Text.Split("\r\n--"))
        {
            if (part.Split("\r\n\r\n", 2) is not [var head, var body]) continue;
            yield return head.Contains("base64", StringComparison.OrdinalIgnoreCase) ? Encoding.UTF8.GetString(Convert.FromBase64String(body.Replace("\r\n", "", StringComparison.Ordinal)))
                : head.Contains("quoted-printable", StringComparison.OrdinalIgnoreCase) ? Quoted(body) : body;
        }
    }

    private static string Quoted(string text)
    {
        var bytes = new List<byte>();
        text = text.Replace("=\r\n", "", StringComparison.Ordinal);
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '=' && at + 2 < text.Length && byte.TryParse(text.AsSpan(at + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var value))
            {
                bytes.Add(value);
                at += 2;
            }
            else
            {
                bytes.AddRange(Encoding.UTF8.GetBytes([text[at]]));
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
