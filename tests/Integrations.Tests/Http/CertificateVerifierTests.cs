using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Evidence;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Shouldly;
using Xunit;

namespace ChatOps.Integrations.Tests.Http;

public sealed class CertificateVerifierTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2030, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private X509Certificate2 root = null!, shown = null!;
    private WebApplication app = null!;
    private int port, plainPort;

    public async ValueTask InitializeAsync()
    {
        var authority = new CertificateRequest("CN=test authority", key, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        root = authority.CreateSelfSigned(Now.AddYears(-1), Now.AddYears(1));
        shown = NewServer();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(k =>
        {
            k.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(https => https.ServerCertificateSelector = (_, _) => shown));
            k.Listen(IPAddress.Loopback, 0);
        });
        app = builder.Build();
        app.Run(_ => Task.CompletedTask);
        await app.StartAsync();
        port = app.Urls.Select(url => new Uri(url)).First(url => url.Scheme == "https").Port;
        plainPort = app.Urls.Select(url => new Uri(url)).First(url => url.Scheme == "http").Port;
    }

    [Theory]
    [InlineData("host=site.test:PORT", 0, EvidenceVerdict.Holds, "The certificate of site.test is valid until 2030-07-01, 30 days.")]
    [InlineData("url=https://site.test:PORT/path", 0, EvidenceVerdict.Holds, "The certificate of site.test is valid until 2030-07-01, 30 days.")]
    [InlineData("host=site.test:PORT", 9, EvidenceVerdict.Holds, "The certificate of site.test is valid until 2030-07-01, 21 days.")]
    [InlineData("host=site.test:PORT", 10, EvidenceVerdict.Fails, "The certificate of site.test is valid until 2030-07-01, 20 days; wanted are 21.")]
    [InlineData("host=site.test:PORT days=10", 10, EvidenceVerdict.Holds, "The certificate of site.test is valid until 2030-07-01, 20 days.")]
    [InlineData("host=site.test:PORT days=31", 0, EvidenceVerdict.Fails, "The certificate of site.test is valid until 2030-07-01, 30 days; wanted are 31.")]
    [InlineData("host=site.test:PORT days=0", 31, EvidenceVerdict.Fails, "The certificate of site.test expired on 2030-07-01.")]
    [InlineData("host=site.test:PORT", -90, EvidenceVerdict.Fails, "The certificate of site.test is not valid before 2030-05-02 12:00 UTC.")]
    [InlineData("host=other.test:PORT", 0, EvidenceVerdict.Fails, "The certificate of other.test is not trusted: it is not for other.test.")]
    [InlineData("host=unlisted.test", 0, EvidenceVerdict.Unknown, "unlisted.test is not among the hosts that runbooks may reach. Add it to Http:AllowedHosts if it should be.")]
    [InlineData("host=site.test:PLAIN", 0, EvidenceVerdict.Unknown, "site.test showed no certificate: ")]
    [InlineData("host=gone.test", 0, EvidenceVerdict.Unknown, "gone.test showed no certificate: its name is not known.")]
    [InlineData("", 0, EvidenceVerdict.Unknown, "host: has to be a host like api.example.com or api.example.com:8443, or url: an https address.")]
    [InlineData("url=http://site.test/", 0, EvidenceVerdict.Unknown, "host: has to be")]
    [InlineData("host=site.test/path", 0, EvidenceVerdict.Unknown, "host: has to be")]
    [InlineData("host=site.test days=soon", 0, EvidenceVerdict.Unknown, "days: has to be a whole number up to 3650.")]
    public async Task A_certificate_holds_when_it_is_trusted_for_its_host_and_long_enough(string options, int later, EvidenceVerdict verdict, string says)
    {
        var answer = await LookAsync(options, Now.AddDays(later), root);
        answer.Says.ShouldStartWith(says);
        answer.Verdict.ShouldBe(verdict);
    }

    [Fact]
    public async Task A_certificate_that_nobody_trusted_has_signed_fails()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var stranger = new CertificateRequest("CN=another authority", other, HashAlgorithmName.SHA256).CreateSelfSigned(Now.AddYears(-1), Now.AddYears(1));
        var answer = await LookAsync("host=site.test:PORT", Now, stranger);
        (answer.Verdict, answer.Says).ShouldBe((EvidenceVerdict.Fails, "The certificate of site.test is not trusted: the way to an authority we trust is missing (the host has to send the certificates in between)."));
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        shown.Dispose();
        root.Dispose();
        key.Dispose();
    }

    private Task<Answer> LookAsync(string options, DateTimeOffset now, X509Certificate2 trusted)
    {
        var clock = new StoppedClock(now);
        var dial = GuardStage.Dial("site.test, other.test, gone.test", "site.test=127.0.0.1 other.test=127.0.0.1");
        var asked = options.Replace("PORT", $"{port}", StringComparison.Ordinal).Replace("PLAIN", $"{plainPort}", StringComparison.Ordinal);
        return new CertificateVerifier(new CertificateLook(dial, clock) { Trusted = [trusted] }, clock).LookAsync(GuardStage.Ask("certificate", asked), default);
    }

    private X509Certificate2 NewServer()
    {
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=site.test", own, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("site.test");
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(root.SubjectName, X509SignatureGenerator.CreateForECDsa(key), Now.AddDays(-30), Now.AddDays(30), RandomNumberGenerator.GetBytes(8));
        using var whole = signed.CopyWithPrivateKey(own);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }

    private sealed class StoppedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
