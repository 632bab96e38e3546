"""A real SMTP server for tests (aiosmtpd). Prints its port, then each accepted mail as one line of JSON.

Arguments: mode (starttls, tls or plain), address to listen on, certificate, key, user name, password.
Recipients that begin with "refused" are refused. The answer to a mail for one that begins with "held" waits for the first line on
standard input.
"""

import asyncio
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


go = None


async def released():
    """Waits for the first line on standard input, or its end."""
    global go
    if go is None:
        go = asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    await asyncio.shield(go)


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("refused"):
            return "550 5.1.1 there is no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        mail = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "encrypted": session.ssl is not None or mode == "tls",
            "user": session.auth_data.login.decode() if session.auth_data else None,
            "text": envelope.content.decode("utf-8", "replace"),
        }
        print(json.dumps(mail), flush=True)
        if any(address.startswith("held") for address in envelope.rcpt_tos):
            await released()
        return "250 2.0.0 taken as 1234"


def authenticate(server, session, envelope, mechanism, data):
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (user.encode(), password.encode())
    # A failure that is "handled" would be one that this function has answered itself.
    return AuthResult(success=right, handled=False, auth_data=data if right else None)


async def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    options = {"hostname": "mail.test", "authenticator": authenticate, "auth_required": bool(user)}
    if mode == "starttls":
        options.update(tls_context=context, require_starttls=True)
    else:
        options.update(auth_require_tls=False)
    made = lambda: SMTP(Handler(), loop=asyncio.get_running_loop(), **options)
    server = await asyncio.get_running_loop().create_server(made, host, 0, ssl=context if mode == "tls" else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


mode, host, certificate, key, user, password = sys.argv[1:]
asyncio.run(main())
