"""The usual contact form: nginx, PHP-FPM and PHPMailer; a row in SQLite, and the mail sent inside the request."""
import glob
import os
import pwd
import urllib.error
import urllib.request

from machine import Failed, Server, free_port, until

PAGE = """\
<?php
require '/usr/share/php/libphp-phpmailer/src/PHPMailer.php';
require '/usr/share/php/libphp-phpmailer/src/SMTP.php';
require '/usr/share/php/libphp-phpmailer/src/Exception.php';
$name = trim($_POST['name'] ?? ''); $email = filter_var($_POST['email'] ?? '', FILTER_VALIDATE_EMAIL);
$subject = trim($_POST['subject'] ?? ''); $message = trim($_POST['message'] ?? '');
if ($name === '' || !$email || $message === '') { http_response_code(422); exit('Please fill in all fields.'); }
$store = new PDO('sqlite:%(folder)s/data/letters.sqlite');
$store->exec('PRAGMA busy_timeout = 20000'); $store->exec('PRAGMA synchronous = FULL');
$row = $store->prepare('INSERT INTO letter (at, ip, name, email, subject, message) VALUES (?, ?, ?, ?, ?, ?)');
$row->execute([time(), $_SERVER['REMOTE_ADDR'], $name, $email, $subject, $message]);
$mail = new PHPMailer\\PHPMailer\\PHPMailer(true);
$mail->isSMTP(); $mail->Host = '127.0.0.1'; $mail->Port = %(sink)d; $mail->SMTPAutoTLS = false;
$mail->setFrom('contact@relay.example.org', 'Contact'); $mail->addReplyTo($email, $name);
$mail->addAddress('member@private.example'); $mail->Subject = $subject; $mail->Body = $message; $mail->CharSet = 'UTF-8';
$mail->send();
http_response_code(202); echo 'Thank you.';
"""

FPM = """\
[global]
error_log = %(folder)s/fpm.log
daemonize = no
[bench]
user = www-data
group = www-data
listen = %(folder)s/fpm.sock
listen.owner = www-data
pm = static
pm.max_children = 16
"""

NGINX = """\
daemon off;
pid %(folder)s/nginx.pid;
error_log %(folder)s/nginx.log;
user www-data;
worker_processes 2;
events { worker_connections 1024; }
http {
    access_log off;
    client_body_temp_path %(folder)s/body; fastcgi_temp_path %(folder)s/fastcgi; proxy_temp_path %(folder)s/proxy;
    uwsgi_temp_path %(folder)s/uwsgi; scgi_temp_path %(folder)s/scgi;
    server {
        listen 127.0.0.1:%(port)d backlog=1024;
        root %(folder)s/site;
        location / {
            fastcgi_pass unix:%(folder)s/fpm.sock;
            fastcgi_param SCRIPT_FILENAME $document_root/contact.php;
            fastcgi_param REQUEST_METHOD $request_method; fastcgi_param CONTENT_TYPE $content_type;
            fastcgi_param CONTENT_LENGTH $content_length; fastcgi_param REMOTE_ADDR $remote_addr;
        }
    }
}
"""


class PHPForm:
    def __init__(self, folder, sink_port):
        self.folder = folder / "php"
        self.port = free_port()
        for name in ["site", "data"]:
            (self.folder / name).mkdir(parents=True)
        values = {"folder": self.folder, "sink": sink_port, "port": self.port}
        (self.folder / "site/contact.php").write_text(PAGE % values)
        (self.folder / "fpm.conf").write_text(FPM % values)
        (self.folder / "nginx.conf").write_text(NGINX % values)
        import sqlite3
        store = sqlite3.connect(self.folder / "data/letters.sqlite")
        store.execute("PRAGMA journal_mode = WAL")
        store.execute("CREATE TABLE letter (id INTEGER PRIMARY KEY, at INTEGER, ip TEXT, name TEXT, email TEXT, subject TEXT, message TEXT)")
        store.close()
        owner = pwd.getpwnam("www-data")
        for path in [self.folder / "data", *(self.folder / "data").iterdir()]:
            os.chown(path, owner.pw_uid, owner.pw_gid)
        programs = sorted(glob.glob("/usr/sbin/php-fpm[0-9]*"))
        if not programs:
            raise Failed("PHP-FPM is not installed: apt-get install php-fpm")
        self.fpm = Server([programs[-1], "-R", "-F", "-y", self.folder / "fpm.conf"], folder / "fpm-out.log")
        self.nginx = Server(["nginx", "-p", self.folder, "-c", self.folder / "nginx.conf"], folder / "nginx-out.log")
        self.nginx.wait_for(self.port)
        # PHP-FPM makes its socket a moment after nginx takes connections, and changes its owner another moment later.
        until("PHP answers", lambda: self._status() not in (None, 502), 20)

    def _status(self):
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/contact.php", timeout=2).status
        except urllib.error.HTTPError as answer:
            return answer.code
        except OSError:
            return None

    def stop(self):
        self.nginx.stop()
        self.fpm.stop()
