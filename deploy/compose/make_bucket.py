"""Makes the bucket, if it is not there. Not run here. Arguments: the store's address, the bucket's name."""

import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint, bucket = sys.argv[1:]
config = Config(s3={"addressing_style": "path"}, connect_timeout=3, read_timeout=10)
client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", config=config)
try:
    client.head_bucket(Bucket=bucket)
except ClientError as error:
    if error.response["Error"]["Code"] not in ("404", "NoSuchBucket", "NotFound"):
        raise
    client.create_bucket(Bucket=bucket)
