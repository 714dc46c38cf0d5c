"""What mailserver.py writes into its folder: certificates, and the configuration of Postfix and of Dovecot."""

import base64
import os
import shutil
import subprocess

DOMAIN = "example.test"
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
# Owns the mailboxes. Any number of 500 or more will do; no such user need exist.
MAIL_ID = 5000

POSTFIX_MAIN = """\
compatibility_level = 3.6
queue_directory = {root}/queue
data_directory = {root}/postfix-data
maillog_file_prefixes = {root}
maillog_file = {root}/postfix.log
myhostname = mail.{domain}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtputf8_enable = yes
message_size_limit = 36700160
mailbox_size_limit = 0
virtual_mailbox_limit = 0

# One domain with one mailbox; nothing else is local, and nothing leaves.
mydestination =
mynetworks =
alias_maps =
local_recipient_maps =
virtual_mailbox_domains = {domain}
virtual_mailbox_maps = inline:{{ {username}={domain}/agent/, dead@{domain}=none, policy@{domain}=none, slow@{domain}=none }}
# Two more that come back: one because nobody has the name, one by a rule. And one that takes its time.
transport_maps = inline:{{ {{ dead@{domain} = dead: }}, {{ policy@{domain} = policy: }}, {{ slow@{domain} = slow: }} }}
delay_warning_time = 1s
# Taken at the door, and undeliverable behind it: what a report comes back for.
virtual_alias_maps = inline:{{ gone@{domain}=nobody@{domain} }}
virtual_mailbox_base = {root}/mail
virtual_uid_maps = static:{mail_id}
virtual_gid_maps = static:{mail_id}
default_transport = error:5.7.1 nothing leaves this server
relay_transport = $default_transport
local_transport = $default_transport
notify_classes =
smtpd_relay_restrictions = reject_unauth_destination
smtpd_recipient_restrictions = reject_unlisted_recipient, permit_sasl_authenticated, reject

smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_tls_chain_files = {root}/server-key.pem, {root}/server.pem
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth

# The message arrives as it was sent: no address completed, no line folded anew.
local_header_rewrite_clients =
smtp_line_length_limit = 0

# Tests make many mistakes, quickly.
smtpd_error_sleep_time = 0
smtpd_soft_error_limit = 1000
smtpd_hard_error_limit = 1000
smtpd_client_connection_count_limit = 0
in_flow_delay = 0
"""

POSTFIX_MASTER = """\
127.0.0.1:{smtp_port} inet n - n - - smtpd
127.0.0.1:{smtps_port} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
pickup   unix n - n 60 1 pickup
cleanup  unix n - n - 0 cleanup
qmgr     unix n - n 300 1 qmgr
tlsmgr   unix - - n 1000? 1 tlsmgr
rewrite  unix - - n - - trivial-rewrite
bounce   unix - - n - 0 bounce
defer    unix - - n - 0 bounce
trace    unix - - n - 0 bounce
verify   unix - - n - 1 verify
flush    unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
showq    unix n - n - - showq
error    unix - - n - - error
retry    unix - - n - - error
virtual  unix - n n - - virtual
dead     unix - n n - - pipe user=nobody argv=/bin/sh -c {{ echo 5.1.1 nobody has that name; exit 67 }}
policy   unix - n n - - pipe user=nobody argv=/bin/sh -c {{ echo 5.7.1 not from you; exit 69 }}
slow     unix - n n - - pipe user=nobody argv=/bin/sh -c {{ sleep 2; echo 4.2.2 the mailbox is full; exit 75 }}
anvil    unix - - n - 1 anvil
postlog  unix-dgram n - n - 1 postlogd
"""

DOVECOT = """\
base_dir = {root}/dovecot
state_dir = {root}/dovecot-state
log_path = {root}/dovecot.log
listen = 127.0.0.1, 127.0.0.2
protocols = imap
ssl = required
ssl_cert = <{root}/server.pem
ssl_key = <{root}/server-key.pem
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
first_valid_uid = {mail_id}
# Tokens are checked with a key on this machine; nobody is asked about them.
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {root}/oauth2.conf
}}
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = scheme=PLAIN {root}/users
}}
userdb {{
  driver = static
  args = uid={mail_id} gid={mail_id} home={root}/mail/%d/%n.home mail=maildir:{root}/mail/%d/%n
}}
namespace inbox {{
  inbox = yes
  mailbox Sent {{
    auto = subscribe
    special_use = \\Sent
  }}
}}
service auth {{
  unix_listener {root}/queue/private/auth {{
    mode = 0660
    user = postfix
    group = postfix
  }}
}}
# Without this socket a wrong password costs nothing; with it, seconds for every later login from loopback.
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
# The same ports without TLS, for the one connection that may do without: to this machine.
local 127.0.0.2 {{
  ssl = yes
  disable_plaintext_auth = no
}}
service imap-login {{
  inet_listener imap {{
    port = {imap_port}
  }}
  inet_listener imaps {{
    port = {imaps_port}
    ssl = yes
  }}
}}
"""


OAUTH2 = """\
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={root}/keys/
username_attribute = email
"""


OAUTH2_ASKING = """\
introspection_mode = post
introspection_url = {introspect}
username_attribute = username
active_attribute = active
active_value = true
"""


def write(root, facts, introspect=None):
    """Writes every file and folder that the daemons expect, with the owners that they insist on."""
    values = {**facts, "root": root, "mail_id": MAIL_ID}
    (root / "postfix").mkdir()
    (root / "postfix/main.cf").write_text(POSTFIX_MAIN.format(**values))
    (root / "postfix/master.cf").write_text(POSTFIX_MASTER.format(**values))
    (root / "dovecot.conf").write_text(DOVECOT.format(**values))
    (root / "mail" / DOMAIN).mkdir(parents=True)
    for path in (root / "mail", root / "mail" / DOMAIN):
        os.chown(path, MAIL_ID, MAIL_ID)
    (root / "postfix-data").mkdir()
    shutil.chown(root / "postfix-data", "postfix")
    make_queue(root / "queue")
    (root / "oauth2.conf").write_text(
        OAUTH2_ASKING.format(introspect=introspect) if introspect else OAUTH2.format(**values))
    # Where Dovecot looks for the key of a token that names none.
    key = root / "keys/default/HS256/default"
    key.parent.mkdir(parents=True)
    key.write_text(base64.b64encode(facts["token_key"].encode()).decode())
    key.chmod(0o640)
    shutil.chown(key, "root", "dovecot")
    users = root / "users"
    users.touch(mode=0o640)
    shutil.chown(users, "root", "dovecot")
    users.write_text(f"{facts['username']}:{facts['password']}\n")


def make_queue(queue):
    """The folders of Postfix's queue; its own script takes two seconds for them."""
    queue.mkdir()
    for name in ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private",
                 "saved", "trace"):
        (queue / name).mkdir(mode=0o700)
        shutil.chown(queue / name, "postfix")
    for name, mode in (("maildrop", 0o730), ("public", 0o710)):
        (queue / name).mkdir()
        (queue / name).chmod(mode)
        shutil.chown(queue / name, "postfix", "postdrop")
    (queue / "pid").mkdir()


def postfix_master():
    """Path of Postfix's main program, which differs between systems."""
    answer = subprocess.run(["postconf", "-dh", "daemon_directory"], check=True, capture_output=True, text=True,
                            env={"PATH": PATH})
    return f"{answer.stdout.strip()}/master"


def make_certificates(root):
    """An authority, and a certificate of it for localhost and 127.0.0.1; keys on P-256, which are made at once."""
    openssl(root, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
            "-subj", "/CN=Envelope test authority", "-keyout", "ca-key.pem", "-out", "ca.pem",
            "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    openssl(root, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj", "/CN=localhost", "-keyout", "server-key.pem", "-out", "server.csr")
    (root / "server.ext").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n")
    openssl(root, "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca-key.pem", "-CAcreateserial",
            "-days", "30", "-extfile", "server.ext", "-out", "server.pem")


def openssl(root, *arguments):
    subprocess.run(["openssl", *arguments], cwd=root, check=True, capture_output=True, env={"PATH": PATH})
