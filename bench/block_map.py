#!/usr/bin/env python3
"""The map of pictures, measured: splices, inpaints and blurs in photographs after compression, resizing and cropping.

  bench/block_map.py BONAFIDE DATA PHOTOS [POST,…] [KIND,…]

DATA is the folder of development media (../shared/data/media/dev). Photographs of at least 512 pixels a side are brought
to 512 on the short side; PHOTOS of them are taken, evenly over all sources. Prints, for every treatment and kind of
change: share of copies in which the original was found, intersection over union, share of changes that were hit, and what
was called altered outside of them. Needs OpenCV and numpy.
"""
import cv2, numpy as np, os, sys, json, subprocess, glob, random, tempfile
D=sys.argv[2] if len(sys.argv)>2 else ''
def photos():
    ps=sorted(glob.glob(D+'/photo/real/*/*.png'))+sorted(glob.glob(D+'/camera_original/real/polimi*/*.*'))
    ps+=sorted(glob.glob(D+'/camera_original/real/ianare*/*.jp*g'))
    out=[]
    for p in ps:
        im=cv2.imread(p, cv2.IMREAD_COLOR|cv2.IMREAD_IGNORE_ORIENTATION)
        if im is None: continue
        h,w=im.shape[:2]
        if min(h,w)<512 or max(h,w)>3*min(h,w): continue
        s=512/min(h,w)
        if s<1: im=cv2.resize(im,(round(w*s),round(h*s)),interpolation=cv2.INTER_AREA)
        out.append((os.path.basename(p),im))
    return out
def jpeg(im,q): return cv2.imdecode(cv2.imencode('.jpg',im,[cv2.IMWRITE_JPEG_QUALITY,q])[1],1)
def webp(im,q): return cv2.imdecode(cv2.imencode('.webp',im,[cv2.IMWRITE_WEBP_QUALITY,q])[1],1)
def rs(im,f): return cv2.resize(im,None,fx=f,fy=f,interpolation=cv2.INTER_AREA if f<1 else cv2.INTER_CUBIC)
def gamma(im,g): return cv2.LUT(im,np.array([round(255*(i/255)**g) for i in range(256)],np.uint8))
def gain(im,g): return np.clip(im.astype(float)*g,0,255).round().astype(np.uint8)
POST={'none':lambda i:i,'jpeg95':lambda i:jpeg(i,95),'jpeg80':lambda i:jpeg(i,80),'jpeg70':lambda i:jpeg(i,70),'jpeg60':lambda i:jpeg(i,60),'jpeg50':lambda i:jpeg(i,50),
 'webp80':lambda i:webp(i,80),'half':lambda i:rs(i,.5),'x1.5':lambda i:rs(i,1.5),'half+jpeg70':lambda i:jpeg(rs(i,.5),70),
 'bright1.3':lambda i:gain(i,1.3),'bright0.7':lambda i:gain(i,.7),'gamma0.7':lambda i:gamma(i,.7),'gamma1.4':lambda i:gamma(i,1.4),
 'gray':lambda i:cv2.cvtColor(cv2.cvtColor(i,6),8),'noise5':lambda i:np.clip(i+np.random.RandomState(7).normal(0,5,i.shape),0,255).round().astype(np.uint8),
 'blur1':lambda i:cv2.GaussianBlur(i,(0,0),1)}
GEO={'crop90':lambda i:crop(i,.9),'crop70':lambda i:crop(i,.7),'crop50':lambda i:crop(i,.5),'crop70+x0.7+jpeg80':lambda i:jpeg(rs(crop(i,.7),.7),80),
 'rot90':lambda i:np.rot90(i).copy(),'flip':lambda i:i[:,::-1].copy(),'screenshot':lambda i:shot(i)}
def cropbox(i,a):
    h,w=i.shape[:2]; f=a**.5; cw,ch=int(w*f),int(h*f); x,y=int((w-cw)*.3),int((h-ch)*.6); return x,y,cw,ch
def crop(i,a):
    x,y,w,h=cropbox(i,a); return i[y:y+h,x:x+w].copy()
def shot(i):
    b=rs(i,1.25); h,w=b.shape[:2]; c=np.full((h+120,w+46,3),240,np.uint8); c[61:61+h,23:23+w]=b; return jpeg(c,80)
def tamper(kind,im,other,size,rng):
    h,w=im.shape[:2]; x,y=rng.randrange(8,w-size-8),rng.randrange(8,h-size-8)
    out=im.copy(); m=np.zeros((h,w),np.uint8); m[y:y+size,x:x+size]=1
    if kind=='splice':
        oh,ow=other.shape[:2]; ox,oy=rng.randrange(0,ow-size),rng.randrange(0,oh-size)
        out[y:y+size,x:x+size]=other[oy:oy+size,ox:ox+size]
    elif kind=='inpaint': out=cv2.inpaint(im,m*255,5,cv2.INPAINT_TELEA)
    elif kind=='blur': out[y:y+size,x:x+size]=cv2.GaussianBlur(im,(0,0),4)[y:y+size,x:x+size]
    return out,m
class Driver:
    """bonafide compare, as a function of two files."""
    def __init__(s, program): s.program=program
    def __call__(s, original, suspect):
        out=subprocess.run([s.program,'compare','--json','--no-trust-store',original,suspect],capture_output=True,text=True).stdout
        j=json.loads(out); m=j.get('map',{'columns':0,'rows':0,'blocks':''}); p=j['placement']; t=j.get('rates',{'signs':0,'means':0,'detail':0})
        return {'found':int(p['found']),'cols':m['columns'],'rows':m['rows'],'states':m['blocks'].translate(str.maketrans('?=#','012')),
                'rate':t['signs'],'rm':t['means'],'rd':t['detail'],'z':p['z'],'agree':p['agreement'],'win':p['window'],
                'turn':p['quarter_turns'],'mir':p['mirrored'],'tm':0,'tc':0,'regions':j.get('regions',[])}
def statemap(r,h,w):
    a=np.array([int(c) for c in r['states']],np.uint8)
    if a.size==0: return np.zeros((h,w),np.uint8)
    return cv2.resize(a.reshape(r['rows'],r['cols']),(w,h),interpolation=cv2.INTER_NEAREST)
def main():
    n=int(sys.argv[3]); block=16; posts=sys.argv[4].split(',') if len(sys.argv)>4 else list(POST)
    kinds=sys.argv[5].split(',') if len(sys.argv)>5 else ['clean','splice96','splice160','inpaint96','inpaint160','blur96','blur160']
    ph=photos(); 
    if n<len(ph):
        idx=np.linspace(0,len(ph)-1,n).astype(int); ph=[ph[i] for i in idx]
    d=Driver(sys.argv[1]); F=tempfile.mkdtemp(); T=F+'/t.png'; S=F+'/s.png'
    res={}; tm=[];tc=[]
    for i,(name,im) in enumerate(ph):
        cv2.imwrite(T,im); h,w=im.shape[:2]; other=ph[(i+1)%len(ph)][1]
        T2=F+'/o.png'; os.replace(T,T2)
        for k in kinds:
            rng=random.Random(1000*i+len(k))
            if k=='clean': t,m=im,np.zeros((h,w),np.uint8)
            else:
                kk=k.rstrip('0123456789'); t,m=tamper(kk,im,other,int(k[len(kk):]),rng)
            for p in posts:
                s=(POST.get(p) or GEO[p])(t); cv2.imwrite(S,s); r=d(T2,S)
                st=statemap(r,h,w); fl=st==2
                tm.append(r['tm']);tc.append(r['tc'])
                e=res.setdefault((p,k),[])
                iou=(fl&(m>0)).sum()/max(1,(fl|(m>0)).sum())
                near=cv2.dilate(m,np.ones((2*block+1,)*2,np.uint8))
                e.append((r['found'],iou,int((fl&(m>0)).any()),(fl&(m==0)).mean(),(st==0).mean(),(fl&(near==0)).mean(),r['rate'],r['rm'],r['rd'],name,int((fl&(near==0)).any()),r['tc'],r['win'],r['turn'],r['mir'],r['z'],r['agree']))
                if os.environ.get('V') and (not r['found'] or (fl&(near==0)).any() or (m.any() and not (fl&(m>0)).any())): print(name,p,k,'found',r['found'],'z',r['z'],'agree',r['agree'],'rate',r['rate'],r['regions'][:4],r['win'])
    print(len(ph),'photos')
    for (p,k),e in res.items():
        a=np.array([x[:9] for x in e],float)
        print(f"{p:20s}{k:11s} found {a[:,0].mean():.2f} IoU {a[:,1].mean():.2f} (min {a[:,1].min():.2f}) hit {a[:,2].mean():.2f} outside {100*a[:,3].mean():.2f}% far {100*a[:,5].mean():.3f}% pics_far {sum(x[10] for x in e)} unknown {100*a[:,4].mean():.1f}% rates s {a[:,6].mean():.4f}<{a[:,6].max():.4f} m {a[:,7].mean():.4f}<{a[:,7].max():.4f} d {a[:,8].mean():.4f}<{a[:,8].max():.4f}")
if __name__=='__main__': main()
