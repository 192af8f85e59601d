using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Testing;

/// <summary>Small servers on free ports of this machine, for whatever stands in for something outside.</summary>
public static class Loopback
{
    // Below what Linux, Windows and macOS hand out by themselves.
    private const int FirstPort = 15_000, Ports = 16_000;
    private static int lastPort = Environment.ProcessId * 97;

    /// <summary>Starts one that answers every request alike.</summary>
    public static async Task<WebApplication> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        return app;
    }

    /// <summary>Starts one for a stand-in that has to know its own server: its address, and how to end it.</summary>
    public static async Task<T> StartAsync<T>(Func<WebApplication, T> make, Func<T, HttpContext, Task> answer)
        where T : class
    {
        T? standIn = null;
        return standIn = make(await StartAsync(context => answer(standIn!, context)));
    }

    /// <summary>A port for a process that has to be told which before it listens. It is none of those that the system gives to whoever asks for any: between asking and listening nobody else gets it.</summary>
    public static int FreePort()
    {
        while (true)
        {
            var port = FirstPort + (int)((uint)Interlocked.Increment(ref lastPort) % Ports);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody's: the next one.
            }
        }
    }
}
