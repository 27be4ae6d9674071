"""The two examples of the boto3 page, as they stand there: an answer a line on stdout.

The page's copy of the first lost its Principal, which is s3.amazonaws.com.
"""

import json

import boto3

client = boto3.client("lambda")

client.create_function(
    FunctionName="my-function",
    Runtime="python3.12",
    Handler="index.handler",
    Role="arn:aws:iam::123456789012:role/my-role",
    Code={"S3Bucket": "my-bucket-1xpuxmplzrlbh", "S3Key": "code.zip"},
)

response = client.add_permission(
    Action='lambda:InvokeFunction',
    FunctionName='my-function',
    Principal='s3.amazonaws.com',
    SourceAccount='123456789012',
    SourceArn='arn:aws:s3:::my-bucket-1xpuxmplzrlbh/*',
    StatementId='s3',
)
print(json.dumps(response))

response = client.add_permission(
    Action='lambda:InvokeFunction',
    FunctionName='my-function',
    Principal='223456789012',
    StatementId='xaccount',
)
print(json.dumps(response))
