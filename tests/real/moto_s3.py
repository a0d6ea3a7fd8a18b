# An S3 that checks signatures: moto's server on a free port, with a user, a bucket and objects.
#
#   python3 moto_s3.py [NAME FILE]...
#
# Prints one line of JSON, {"port", "id", "secret", "bucket", "role", "session"}, and serves until its
# standard input ends. What is not signed with that user's key, or one of the role that the user may
# assume, is refused; "session" is such a key, {"id", "secret", "token"}.
import json
import logging
import os
import sys
import urllib.request

os.environ.update(AWS_ACCESS_KEY_ID="root", AWS_SECRET_ACCESS_KEY="root",
                  AWS_DEFAULT_REGION="eu-west-1", AWS_CONFIG_FILE="/dev/null",
                  AWS_SHARED_CREDENTIALS_FILE="/dev/null")
for variable in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_SESSION_TOKEN"):
    os.environ.pop(variable, None)
import boto3  # noqa: E402, after the environment that it reads
from moto.server import ThreadedMotoServer  # noqa: E402

logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
endpoint = f"http://{host}:{port}"

iam = boto3.client("iam", endpoint_url=endpoint)
iam.create_user(UserName="whittle")
policy = json.dumps({
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["s3:*", "sts:*"], "Resource": "*"}]})
trust = json.dumps({
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}]})
iam.put_user_policy(UserName="whittle", PolicyName="read", PolicyDocument=policy)
role = iam.create_role(RoleName="reader", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
iam.put_role_policy(RoleName="reader", PolicyName="read", PolicyDocument=policy)
sts = boto3.client("sts", endpoint_url=endpoint)
session = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
key = iam.create_access_key(UserName="whittle")["AccessKey"]

bucket = "shop.media"
s3 = boto3.client("s3", endpoint_url=endpoint)
s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
for name, file in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
    with open(file, "rb") as content:
        s3.put_object(Bucket=bucket, Key=name, Body=content.read())

# From now on every request has to be signed and allowed.
reset = urllib.request.Request(f"{endpoint}/moto-api/reset-auth", data=b"0",
                               headers={"Content-Type": "text/plain"})
with urllib.request.urlopen(reset, timeout=10):
    pass
print(json.dumps({"port": port, "id": key["AccessKeyId"], "secret": key["SecretAccessKey"],
                  "bucket": bucket, "role": role,
                  "session": {"id": session["AccessKeyId"], "secret": session["SecretAccessKey"],
                              "token": session["SessionToken"]}}), flush=True)
sys.stdin.read()
