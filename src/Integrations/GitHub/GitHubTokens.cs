using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.GitHub;

/// <summary>What the bot signs in with: its token, or an app's token for whoever owns the repository, kept until shortly before it expires.</summary>
internal sealed class GitHubTokens(GitHubCalls calls, IOptions<GitHubOptions> options, TimeProvider time)
{
    private static readonly TimeSpan RenewBefore = TimeSpan.FromMinutes(5);
    private readonly ConcurrentDictionary<string, InstallationToken> kept = new(StringComparer.OrdinalIgnoreCase);
    private readonly SemaphoreSlim oneAtATime = new(1, 1);

    public async Task<Outcome<string>> ForAsync(Repository repository, CancellationToken cancellationToken)
    {
        if (options.Value.AppId.Length == 0) return new Outcome<string>.Done(options.Value.Token);
        if (Fresh(repository) is { } token) return token;
        await oneAtATime.WaitAsync(cancellationToken);
        try
        {
            return Fresh(repository) ?? await FetchAsync(repository, cancellationToken);
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    /// <summary>GitHub no longer takes it. True when the next one will be another.</summary>
    public bool Forget(Repository repository, string token) =>
        kept.TryGetValue(repository.Owner, out var old) && old.Token == token && kept.TryRemove(KeyValuePair.Create(repository.Owner, old));

    private Outcome<string>? Fresh(Repository repository) =>
        kept.TryGetValue(repository.Owner, out var token) && time.GetUtcNow() < token.ExpiresAt - RenewBefore ? new Outcome<string>.Done(token.Token) : null;

    private async Task<Outcome<string>> FetchAsync(Repository repository, CancellationToken cancellationToken)
    {
        var proof = NewProof();
        var installation = await calls.SendAsync(HttpMethod.Get, calls.Address($"repos/{repository}/installation"), proof, GitHubJson.Default.Installation, cancellationToken);
        if (installation is Outcome<Page<Installation>>.Never { Fault.Code: GitHubCalls.NotFound })
            return new Outcome<string>.Never(new Fault("github-not-installed", $"The bot's app is not installed for {repository}.", "Install it there, with read access to contents, checks, commit statuses and pull requests."));
        return await installation.ThenAsync(async page =>
        {
            var made = await calls.SendAsync(HttpMethod.Post, calls.Address($"app/installations/{page.Value.Id}/access_tokens"), proof, GitHubJson.Default.InstallationToken, cancellationToken);
            return made.Then(token =>
            {
                kept[repository.Owner] = token.Value;
                return new Outcome<string>.Done(token.Value.Token);
            });
        });
    }

    /// <summary>A signed statement of who we are, good for ten minutes; a minute is given away to clocks that differ.</summary>
    private string NewProof()
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var claims = new JsonObject { ["iat"] = now - 60, ["exp"] = now + (9 * 60), ["iss"] = options.Value.AppId };
        var signed = $"{Encode("""{"alg":"RS256","typ":"JWT"}""")}.{Encode(claims.ToJsonString())}";
        using var rsa = RSA.Create();
        rsa.ImportFromPem(options.Value.Pem);
        return $"{signed}.{Base64Url.EncodeToString(rsa.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
